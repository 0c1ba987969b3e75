// SPDX-License-Identifier: MIT

package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/fencetest"
)

// Every patch of the RFC has a row, and every file belongs to one.
func TestAllCoversTheRFC(t *testing.T) {
	t.Parallel()
	covered, names, files := map[int]bool{}, map[string]bool{}, map[string]bool{}
	for _, o := range All() {
		for _, n := range o.RFC {
			covered[n] = true
		}
		if names[o.Name] {
			t.Errorf("%s: twice", o.Name)
		}
		names[o.Name] = true
		for i, r := range o.Releases {
			files[r.File] = true
			if r.Kernel != Kernels()[i] || (r.File == "") != (r.State == InTree) {
				t.Errorf("%s: kernel %q, state %q with the patch %q", o.Name, r.Kernel, r.State, r.File)
			}
			if r.State == InVM && len(o.Tests) == 0 || r.State == Static && len(o.Tests) > 0 {
				t.Errorf("%s: state %q with tests %q", o.Name, r.State, o.Tests)
			}
		}
	}
	for _, r := range RFC() {
		if !covered[r.Number] {
			t.Errorf("no overlay stands for %d %s", r.Number, r.Title)
		}
	}
	if len(RFC()) != 17 || len(covered) != 17 {
		t.Errorf("RFC of %d patches, %d covered; want 17", len(RFC()), len(covered))
	}
	for _, pattern := range []string{"patches/*.patch", "patches/*/*.patch"} {
		found, err := fs.Glob(patches, pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %q, %v", pattern, found, err)
		}
		for _, file := range found {
			if !files[file] {
				t.Errorf("%s belongs to no row", file)
			}
		}
	}
}

// The header of a patch says the same as the table, so that a patch which is
// passed on alone still tells what it is.
func TestHeadersAgree(t *testing.T) {
	t.Parallel()
	titles := rfcTitles()
	for _, o := range withPatch(t) {
		for _, v := range o.Variants() {
			text := message(t, o, v)
			want := []string{"Overlay: " + o.Name, "Kernel: " + strings.Join(v.Kernels, ", "), "SPDX-License-Identifier: GPL-2.0"}
			for _, r := range o.Releases {
				if r.File == v.File {
					want = append(want, "State: "+string(r.State))
				}
			}
			rfc := "RFC: none"
			if len(o.RFC) > 0 {
				rfc = fmt.Sprintf("RFC: %02d/17 %s", o.RFC[0], titles[o.RFC[0]-1])
			}
			tests := "Tests: none"
			if len(o.Tests) > 0 {
				tests = "Tests: " + strings.Join(o.Tests, ", ")
			}
			for _, line := range append(want, rfc, tests) {
				if !strings.Contains(text, "\n"+line+"\n") {
					t.Errorf("%s: no line %q in its message:\n%s", v.File, line, text)
				}
			}
		}
	}
}

// Tests in the table are tests that there are.
func TestTestsExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, j := range fencetest.All() {
		known[j.Binary+"@"+j.Subtest] = true
		known[j.Binary+"@"+j.Subtest+" on "+j.Driver] = true
	}
	for _, o := range All() {
		for _, test := range o.Tests {
			if !known[test] {
				t.Errorf("%s: there is no test %q", o.Name, test)
			}
		}
	}
}

// What begins a section ends it, and the table names all places.
func TestSections(t *testing.T) {
	t.Parallel()
	for _, o := range withPatch(t) {
		for _, v := range o.Variants() {
			added := ""
			for line := range strings.Lines(string(v.Patch)) {
				if strings.HasPrefix(line, "+") {
					added += line
				}
			}
			begins, ends := strings.Count(added, "dma_fence_begin_signalling("), strings.Count(added, "dma_fence_end_signalling(")
			if begins > ends || (len(o.Sites) == 0) != (begins == 0) {
				t.Errorf("%s: sections begin %d times, end %d times, sites %q", v.File, begins, ends, o.Sites)
			}
		}
		for _, site := range o.Sites {
			if got, ok := BySite(site); !ok || got.Name != o.Name {
				t.Errorf("BySite(%q) = %q, %v; want %q", site, got.Name, ok, o.Name)
			}
		}
	}
	if o, ok := BySite("dma_fence_signal"); ok {
		t.Errorf("BySite of a section of the tree = %q", o.Name)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if o, err := Find("vkms-commit-tail"); err != nil || o.RFC[0] != 6 {
		t.Errorf("Find = %v, %v", o.RFC, err)
	}
	if _, err := Find("../vkms"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Find of a path: %v; want ErrUnknown", err)
	}
	o, err := Find("dma-fence-priming")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Series(); !errors.Is(err, ErrNoPatch) || o.Variants() != nil {
		t.Errorf("series of what the tree has: %v, variants %v; want ErrNoPatch", err, o.Variants())
	}
}

// Joined, written as mails and read again, all patches are one series with the
// same diffs.
func TestJoin(t *testing.T) {
	t.Parallel()
	list, err := Series()
	if err != nil {
		t.Fatal(err)
	}
	joined := patch.Join("overlays", list)
	if joined.Total != len(list) || joined.Title != "overlays" {
		t.Fatalf("Join: %q of %d; want overlays of %d", joined.Title, joined.Total, len(list))
	}
	back := readBack(t, joined)
	if len(back.Patches) != len(list) {
		t.Fatalf("read back %d patches; want %d", len(back.Patches), len(list))
	}
	for i, p := range back.Patches {
		if want := list[i].Patches[0]; p.Subject != want.Subject || strings.TrimSpace(p.Diff) != strings.TrimSpace(want.Diff) {
			t.Errorf("patch %d: %q; want %q", p.Number, p.Subject, want.Subject)
		}
	}
	if list[0].Patches[0].Number != 1 || list[1].Patches[0].Number != 1 {
		t.Error("Join changed its arguments")
	}
}

// A patch that fits a kernel, too, has no second file, and a kernel without one
// in its directory has the one before.
func TestFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kernel, file string }{
		"sw-sync":           {v72, "patches/sw-sync.patch"},
		"vkms-commit-tail":  {v72, "patches/7.2/vkms-commit-tail.patch"},
		"atomic-commit":     {v612, "patches/atomic-commit.patch"},
		"dma-fence-priming": {v612, ""},
		"sched-main":        {"5.10", ""},
	} {
		o, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := o.For(c.kernel); v.File != c.file || ok != (c.file != "") {
			t.Errorf("%s on %s: %q, %v; want %q", name, c.kernel, v.File, ok, c.file)
		}
	}
}

// What a report carries is found again, whichever variants it used.
func TestOurs(t *testing.T) {
	t.Parallel()
	for _, kernel := range Kernels() {
		list, err := SeriesFor(kernel)
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := Ours(readBack(t, patch.Join("overlays", list[2:])))
		if err != nil || !ok || len(got) != len(list)-2 {
			t.Fatalf("%s: %d of %d found, %v, %v", kernel, len(got), len(list)-2, ok, err)
		}
		for i, s := range got {
			if s.Title != list[i+2].Title || s.Patches[0].Diff != list[i+2].Patches[0].Diff {
				t.Errorf("%s: %q in place of %q", kernel, s.Title, list[i+2].Title)
			}
		}
		strange := list[1]
		strange.Patches = slices.Clone(strange.Patches)
		strange.Patches[0].Diff += "+\n"
		if _, ok, err := Ours(patch.Join("overlays", []patch.Series{list[0], strange})); ok || err != nil {
			t.Errorf("%s: a changed patch is ours: %v, %v", kernel, ok, err)
		}
	}
}

func withPatch(t *testing.T) []Overlay {
	t.Helper()
	with := slices.DeleteFunc(All(), func(o Overlay) bool { return o.Variants() == nil })
	if len(with) < 15 {
		t.Fatalf("%d overlays have a patch", len(with))
	}
	return with
}

// readBack writes a series as mails and reads them.
func readBack(t *testing.T, s patch.Series) patch.Series {
	t.Helper()
	msgs, err := mail.ReadMbox(strings.NewReader(patch.Mbox(s)), mail.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := patch.Assemble(msgs).Pick()
	if err == nil {
		err = back.Validate()
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// message returns the commit message with folded lines joined.
func message(t *testing.T, o Overlay, v Variant) string {
	t.Helper()
	s, err := o.series(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(s.Patches[0].CommitMessage(), "\n ", " ") + "\n"
}
