// SPDX-License-Identifier: MIT

package overlay

import (
	"errors"
	"fmt"
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
	covered, files := map[int]bool{}, map[string]bool{}
	for _, o := range All() {
		for _, n := range o.RFC {
			covered[n] = true
		}
		if files[o.Name] {
			t.Errorf("%s: twice", o.Name)
		}
		files[o.Name] = true
		if (o.Patch == nil) != (o.State == InTree) {
			t.Errorf("%s: state %q with a patch of %d bytes", o.Name, o.State, len(o.Patch))
		}
		if (o.Kernel == "") != (o.State == InTree) {
			t.Errorf("%s: state %q, made for %q", o.Name, o.State, o.Kernel)
		}
		if o.State == InVM && len(o.Tests) == 0 || o.State == Static && len(o.Tests) > 0 {
			t.Errorf("%s: state %q with tests %q", o.Name, o.State, o.Tests)
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
	entries, err := patches.ReadDir("patches")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".patch"); !files[name] {
			t.Errorf("%s belongs to no row", e.Name())
		}
	}
}

// The header of a patch says the same as the table, so that a patch which is
// passed on alone still tells what it is.
func TestHeadersAgree(t *testing.T) {
	t.Parallel()
	titles := rfcTitles()
	for _, o := range withPatch(t) {
		text := message(t, o)
		want := []string{"Overlay: " + o.Name, "State: " + string(o.State), "Kernel: " + o.Kernel, "SPDX-License-Identifier: GPL-2.0"}
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
				t.Errorf("%s: no line %q in its message:\n%s", o.Name, line, text)
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
		added := ""
		for line := range strings.Lines(string(o.Patch)) {
			if strings.HasPrefix(line, "+") {
				added += line
			}
		}
		begins, ends := strings.Count(added, "dma_fence_begin_signalling("), strings.Count(added, "dma_fence_end_signalling(")
		if begins > ends || (len(o.Sites) == 0) != (begins == 0) {
			t.Errorf("%s: sections begin %d times, end %d times, sites %q", o.Name, begins, ends, o.Sites)
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
	if _, err := o.Series(); !errors.Is(err, ErrNoPatch) || o.File() != "" {
		t.Errorf("series of what the tree has: %v, file %q; want ErrNoPatch", err, o.File())
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
	msgs, err := mail.ReadMbox(strings.NewReader(patch.Mbox(joined)), mail.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := patch.Assemble(msgs).Pick()
	if err == nil {
		err = back.Validate()
	}
	if err != nil || len(back.Patches) != len(list) {
		t.Fatalf("read back %d patches, %v; want %d", len(back.Patches), err, len(list))
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

func withPatch(t *testing.T) []Overlay {
	t.Helper()
	with := slices.DeleteFunc(All(), func(o Overlay) bool { return o.Patch == nil })
	if len(with) < 15 {
		t.Fatalf("%d overlays have a patch", len(with))
	}
	return with
}

// message returns the commit message with folded lines joined.
func message(t *testing.T, o Overlay) string {
	t.Helper()
	s, err := o.Series()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(s.Patches[0].CommitMessage(), "\n ", " ") + "\n"
}
