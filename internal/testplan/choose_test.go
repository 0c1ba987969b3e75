// SPDX-License-Identifier: MIT

package testplan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

// mustMap reads the text of a map.
func mustMap(t *testing.T, text string) Map {
	t.Helper()
	m, err := ReadMap(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// whole is an installation with every test of the lists.
func whole(t *testing.T) string {
	t.Helper()
	files := map[string]os.FileMode{}
	for _, j := range append(parseList(igtList), parseList(moreList)...) {
		files["libexec/igt-gpu-tools/"+j.Binary] = 0o755
	}
	files["libexec/igt-gpu-tools/own_test"] = 0o755
	return prefixOf(t, files)
}

// chosen returns the IGT tests of a plan, "driver:binary@subtest" each.
func chosen(p Plan) []string {
	var out []string
	for _, t := range p.Tests {
		if t.Job.IGT {
			out = append(out, t.Driver+":"+t.Name())
		}
	}
	return out
}

func TestChoose(t *testing.T) {
	t.Parallel()
	igt := whole(t)
	const text = `
mm/           *:*
drivers/      default
drivers/x/    any:sw_sync@sync_merge  # both of one kind
drivers/x/y.c any:sw_sync@sync_merge any:sw_sync@sync_busy
drivers/z/    virtio_gpu:sy*@t*
docs/
own/          vkms:own_test@sub vkms:absent_test@sub any:sw_sync@sync_merge
hang/         vkms:own_test@hang
`
	m := mustMap(t, text)
	listed := parseList(igtList)
	everything := append(slices.Clone(listed), parseList(moreList)...)
	tests := map[string]struct {
		files []string
		n     int      // tests; 0 when want says all of them
		want  []string // in this order
	}{
		"nothing":          {nil, len(listed), nil},
		"all of it":        {[]string{"mm/a/b.c"}, len(everything) + 1, nil}, // and own_test
		"the list":         {[]string{"drivers/a.c"}, len(listed), nil},
		"the last rule":    {[]string{"drivers/x/a.c"}, 0, []string{":sw_sync@sync_merge"}},
		"order of list":    {[]string{"drivers/x/y.c"}, 0, []string{":sw_sync@sync_busy", ":sw_sync@sync_merge"}},
		"no rule":          {[]string{"drivers/x/a.c", "net/a.c"}, len(listed), nil},
		"no test needed":   {[]string{"docs/a", "drivers/x/a.c"}, 0, []string{":sw_sync@sync_merge"}},
		"only docs":        {[]string{"docs/a"}, len(listed), nil},
		"one driver":       {[]string{"drivers/z/a.c"}, 0, nil},
		"a test of theirs": {[]string{"own/a.c"}, 0, []string{":sw_sync@sync_merge", "vkms:own_test@sub"}},
		"a skipped one":    {[]string{"hang/a.c"}, len(listed), nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Choose(igt, m, tc.files)
			if err != nil {
				t.Fatal(err)
			}
			got := chosen(p)
			if tc.n > 0 && len(got) != tc.n || tc.want != nil && !slices.Equal(got, tc.want) {
				t.Errorf("%d tests %q; want %d %q", len(got), got, tc.n, tc.want)
			}
			for _, j := range got {
				if name == "one driver" && !strings.HasPrefix(j, "virtio_gpu:syncobj_") {
					t.Errorf("chose %s", j)
				}
			}
		})
	}
}

// The built-in tests do not depend on the series, and two series of one kind
// have one plan: the base is tested once for both.
func TestChooseKeepsThePlan(t *testing.T) {
	t.Parallel()
	igt, m := whole(t), mustMap(t, ShippedMap())
	one, err1 := Choose(igt, m, []string{"drivers/gpu/drm/vkms/vkms_crtc.c", "Documentation/gpu/vkms.rst"})
	two, err2 := Choose(igt, m, []string{"drivers/gpu/drm/vkms/vkms_plane.c"})
	none, err3 := Choose("", m, []string{"drivers/gpu/drm/vkms/vkms_plane.c"})
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	if !slices.Equal(one.Jobs(), two.Jobs()) {
		t.Error("two series for vkms have different plans")
	}
	n := len(none.Tests)
	if none.IGT() != 0 || n == 0 || !slices.Equal(one.Jobs()[:n], none.Jobs()) {
		t.Error("the built-in tests depend on the series")
	}
	for _, test := range one.Tests[n:] {
		if test.Driver != "vkms" || !strings.HasPrefix(test.Why, "drivers/gpu/drm/vkms/vkms_crtc.c, by line ") {
			t.Errorf("%s on %s, because of %s", test.Name(), test.Driver, test.Why)
		}
	}
}

// An installation that lacks what the map wants still gets its default list.
func TestChooseFallsBack(t *testing.T) {
	t.Parallel()
	igt := prefixOf(t, map[string]os.FileMode{"bin/sw_sync": 0o755})
	p, err := Choose(igt, mustMap(t, "a.c vkms:*\n"), []string{"a.c"})
	if err != nil || p.IGT() == 0 || p.IGT() > p.Installed || !strings.HasPrefix(p.Tests[len(p.Tests)-1].Why, "default list") {
		t.Errorf("%d of %d IGT tests, %v; want those of the default list", p.IGT(), p.Installed, err)
	}
}

// Every line of the shipped map is about something: it chooses tests that are on
// a list, and there are paths for which it is the last that matches.
func TestShippedMap(t *testing.T) {
	t.Parallel()
	m := mustMap(t, ShippedMap())
	p, err := newPool(Map{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.rules {
		for _, pat := range r.tests {
			if !slices.ContainsFunc(p.all, pat.match) {
				t.Errorf("line %d: %s:%s chooses nothing", r.line, pat.driver, pat.name)
			}
		}
		file := strings.ReplaceAll(r.path, "*", "q")
		if strings.HasSuffix(file, "/") {
			file = filepath.Join(file, "some", "file.c")
		}
		if got := m.of(file); got == nil || got.line != r.line {
			t.Errorf("line %d: %s is decided elsewhere: %+v", r.line, file, got)
		}
	}
	for _, file := range []string{"drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c", "net/core/dev.c", "Makefile"} {
		if r := m.of(file); r != nil {
			t.Errorf("%s: line %d; want the default list", file, r.line)
		}
	}
}

func TestRuleMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path, file string
		want       bool
	}{
		{"mm/", "mm/a.c", true},
		{"mm/", "mm/a/b.c", true},
		{"mm/", "mm", false},
		{"mm/", "arch/mm/a.c", false},
		{"a/*/c/", "a/b/c/d.c", true},
		{"a/*/c/", "a/b/d/c/e.c", false},
		{"a/b.c", "a/b.c", true},
		{"a/b.c", "a/b.cc", false},
		{"a/drm_*.c", "a/drm_x.c", true},
		{"a/drm_*.c", "a/b/drm_x.c", false},
		{"a/[ab].c", "a/b.c", true},
	}
	for _, tc := range tests {
		if got := (&rule{path: tc.path}).match(tc.file); got != tc.want {
			t.Errorf("%s matches %s: %v; want %v", tc.path, tc.file, got, tc.want)
		}
	}
}

func TestReadMapFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"no driver":        "a.c kms_x@y\n",
		"no test":          "a.c vkms:\n",
		"a bad pattern":    "a.c vkms:[\n",
		"a bad path":       "a[ vkms:*\n",
		"not in the tree":  "/etc/passwd vkms:*\n",
		"a whole binary":   "a.c vkms:kms_x\n",
		"a path as test":   "a.c vkms:../sh@x\n",
		"a hidden program": "a.c vkms:.sh@x\n",
		"a long name":      "a.c vkms:a@" + strings.Repeat("x", wire.MaxName) + "\n",
		"too much":         strings.Repeat("#", MaxMap+1),
		"too many":         strings.Repeat("a\n", MaxRules+1),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m, err := ReadMap(strings.NewReader("\n" + text)); err == nil || len(m.rules) > 0 {
				t.Errorf("read %d rules, %v; want an error", len(m.rules), err)
			} else if len(text) < 1000 && !strings.Contains(err.Error(), "line 2: ") {
				t.Errorf("error %v names no line", err)
			}
		})
	}
}

// Whatever a map says, only tests that a guest can be asked for come out.
func FuzzReadMap(f *testing.F) {
	f.Add(ShippedMap(), "drivers/gpu/drm/vkms/vkms_crtc.c")
	f.Add("a/ default\n*/b/ vkms:own@sub *:*\n", "a/b/c.c")
	f.Fuzz(func(t *testing.T, text, file string) {
		m, err := ReadMap(strings.NewReader(text))
		if err != nil {
			return
		}
		p, err := newPool(m)
		if err != nil {
			t.Fatal(err)
		}
		for j := range chosenBy(m, []string{file}, p) {
			if err := wire.NewEncoder(&strings.Builder{}).Plan(wire.Plan{Jobs: []wire.Job{j}}); err != nil {
				t.Errorf("chose %+v: %v", j, err)
			}
		}
	})
}
