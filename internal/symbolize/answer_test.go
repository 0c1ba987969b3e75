// SPDX-License-Identifier: MIT

package symbolize

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// questions are frames of the tree with what is right to say about them.
func (k tree) questions(objects []string) map[string]question {
	k.t.Helper()
	main, driver := objects[0], objects[1]
	outer := callOf(k.t, main, "outer")
	exact := outer
	exact.Exact = true
	larger := outer
	larger.Offset += "0"
	return map[string]question{
		"inline in inline": {outer, []Place{
			k.marked("inner", "init/main.c", "inner"), k.marked("middle", "init/main.c", "middle"), k.marked("outer", "init/main.c", "outer"),
		}},
		"other section":             {callOf(k.t, main, "early"), []Place{k.marked("early", "init/main.c", "early")}},
		"in another object":         {callOf(k.t, driver, "probe"), []Place{k.marked("probe", "drivers/driver.c", "probe")}},
		"the same from two objects": {callOf(k.t, main, "shared"), []Place{k.marked("shared", "include/shared.h", "shared")}},
		"two of one name":           {callOf(k.t, main, "twice"), nil},
		"another size":              {larger, nil},
		"no such function":          {Frame{Function: "nobody", Offset: "0x1/0x10"}, nil},
		"no numbers":                {Frame{Function: "outer", Offset: "x/y"}, nil},
		"behind the end":            {Frame{Function: "outer", Offset: "0x7fffffff/0x7fffffff"}, nil},
		"the instruction itself":    {exact, []Place{k.marked("twice", "init/main.c", "twice")}}, // checked by line only, see below
	}
}

type question struct {
	frame Frame
	want  []Place
}

// check holds a table against questions. An exact address is behind the call,
// so it must not be the call's line; which one it is depends on the compiler.
func check(t *testing.T, got Table, all map[string]question) {
	t.Helper()
	for name, q := range all {
		if q.frame.Exact {
			if p := got[q.frame]; len(p) == 0 || slices.Equal(p, all["inline in inline"].want) {
				t.Errorf("%s: %v", name, p)
			}
			continue
		}
		if !slices.Equal(got[q.frame], q.want) {
			t.Errorf("%s: %+v = %v; want %v", name, q.frame, got[q.frame], q.want)
		}
	}
}

func framesIn(all map[string]question) []Frame {
	var out []Frame
	for _, q := range all {
		out = append(out, q.frame)
	}
	return out
}

// A kernel without debug information, and its objects compiled again with it.
func TestObjects(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	k.compile()
	kernel := k.link()
	objects := k.compile("-g1")
	all := k.questions(objects)
	got, problems, err := readObjects(kernel, objects, k.src, framesIn(all))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	check(t, got, all)
}

// With one of two objects missing, what is left must not speak for both.
func TestObjectsOfHalfTheKernel(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	k.compile()
	kernel := k.link()
	objects := k.compile("-g1")
	all := k.questions(objects)
	got, _, err := readObjects(kernel, objects[:1], k.src, framesIn(all))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"two of one name", "the same from two objects", "in another object"} {
		if p := got[all[name].frame]; p != nil {
			t.Errorf("%s: %v from one object of two", name, p)
		}
	}
	if got[all["inline in inline"].frame] == nil {
		t.Error("no answer from the object that is there")
	}
}

// Other code of the same size is another function.
func TestObjectsOfOtherCode(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	k.compile("-DCHANGED")
	kernel := k.link()
	objects := k.compile("-g1")
	probe, outer := callOf(t, objects[1], "probe"), callOf(t, objects[0], "outer")
	got, _, err := readObjects(kernel, objects, k.src, []Frame{probe, outer})
	if err != nil || got[probe] != nil || got[outer] == nil {
		t.Errorf("lines of other code: %v, %v", got, err)
	}
}

// Objects that were not compiled again, or are none, give no answer and do not
// keep the others from giving theirs.
func TestObjectsWithProblems(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	objects := k.compile()
	kernel := k.link()
	bare := filepath.Join(t.TempDir(), "bare.o")
	text, err := os.ReadFile(objects[1])
	if err := firstError(err, os.WriteFile(bare, text, 0o644)); err != nil {
		t.Fatal(err)
	}
	objects = k.compile("-g1")
	outer := callOf(t, objects[0], "outer")
	list := []string{bare, kernel, filepath.Join(k.src, "init/main.c"), filepath.Join(k.out, "gone.o"), objects[0]}
	got, problems, err := readObjects(kernel, list, k.src, []Frame{outer})
	if err != nil || len(problems) != 4 || len(got[outer]) != 3 {
		t.Errorf("readObjects = %v, %v, %v; want 4 problems and an answer", got, problems, err)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A kernel with debug information needs nothing else, and tells by init/main.c
// where its source was.
func TestReadImage(t *testing.T) {
	t.Parallel()
	for name, flag := range map[string]string{"DWARF 5": "-gdwarf-5", "DWARF 4": "-gdwarf-4", "compressed": "-gz"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTree(t)
			all := k.questions(k.compile("-g", flag))
			got, err := ReadImage(k.link(), framesIn(all))
			if err != nil {
				t.Fatal(err)
			}
			check(t, got, all)
		})
	}
}

func TestFindObjects(t *testing.T) {
	t.Parallel()
	k := newTree(t)
	objects := k.compile()
	kernel := k.link()
	linked := filepath.Join(k.out, "vmlinux.o") // has every function, and no source
	if err := os.WriteFile(linked, []byte("\x7fELF"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		frames []Frame
		want   []string
	}{
		"by name":            {[]Frame{callOf(t, objects[1], "probe")}, []string{"drivers/driver.o"}},
		"in order of frames": {[]Frame{callOf(t, objects[1], "probe"), callOf(t, objects[0], "outer")}, []string{"drivers/driver.o", "init/main.o"}},
		"all that may be":    {[]Frame{callOf(t, objects[0], "twice")}, []string{"drivers/driver.o", "init/main.o"}},
		"nobody":             {[]Frame{{Function: "nobody", Offset: "0x1/0x2"}}, nil},
	} {
		got, err := findObjects(kernel, k.out, tc.frames)
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tc.want)
		}
	}
}
