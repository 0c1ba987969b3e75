// SPDX-License-Identifier: MIT

package symbolize

import (
	"errors"
	"fmt"
	"slices"
)

// ReadImage answers from a vmlinux, or a module, that has debug information.
// It reads the file in this process: the caller vouches for it. Anybody else's
// file is for a [Worker].
func ReadImage(name string, frames []Frame) (t Table, err error) {
	defer guard(&err)
	im, err := openImage(name, maxFile)
	if err != nil {
		return nil, err
	}
	defer im.close()
	l, err := im.lines("")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	t = Table{}
	for _, f := range frames[:min(len(frames), maxFrames)] {
		var a agreed
		for _, s := range im.find(f) {
			if broken := a.add(l, f, im.position(s.section, s.value)); broken != nil {
				err = fmt.Errorf("read %s: %w", name, broken)
				a.differ = true
			}
		}
		if len(a.places) > 0 && !a.differ {
			t[f] = a.places
		}
	}
	if t = t.clean(frames); len(t) == 0 {
		return t, err
	}
	return t, nil // one broken unit of thousands does not spoil the others
}

// guard turns a panic of a decoder on a broken file into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("read debug information: it is broken: %v", r)
	}
}

func (im *image) lines(root string) (*lines, error) {
	d, err := im.debugInfo()
	if err != nil {
		return nil, err
	}
	return newLines(d, root)
}

// agreed collects the answers for one frame from all functions that it may
// mean. They have to be the same: a static function of a header is in many
// objects and has its lines in one file, two functions of one name have not.
type agreed struct {
	places []Place
	differ bool
}

// add asks for the frame's offset into the function at an address.
func (a *agreed) add(l *lines, f Frame, function uint64) error {
	off, _, _ := f.numbers()
	got, err := l.places(function + off)
	if err != nil {
		return err
	}
	a.join(got)
	return nil
}

func (a *agreed) join(got []Place) {
	switch {
	case len(got) == 0 || len(got) > maxInlines:
		a.differ = true
	case a.places == nil:
		a.places = got
	case !slices.Equal(a.places, got):
		a.differ = true
	}
}

// readObjects answers for the functions of a kernel without debug information
// from objects that have it. Only objects whose code is the kernel's count, and
// each function of the kernel that a frame may mean has to be among them. An
// object that cannot be read answers nothing; why is in problems.
func readObjects(kernel string, objects []string, root string, frames []Frame) (t Table, problems []error, err error) {
	defer guard(&err)
	k, err := openImage(kernel, maxFile)
	if err != nil {
		return nil, nil, err
	}
	defer k.close()
	m := matcher{kernel: k, root: root, asked: map[Frame][]meaning{}, seen: map[Frame]int{}}
	for _, f := range frames[:min(len(frames), maxFrames)] {
		for _, s := range k.find(f) {
			m.asked[f] = append(m.asked[f], meaning{at: s})
		}
	}
	for _, name := range objects {
		if err := m.object(name); err != nil {
			problems = append(problems, err)
		}
	}
	return m.table().clean(frames), problems, nil
}

// A meaning is one function of the kernel that a frame may mean, with what the
// objects say about it.
type meaning struct {
	at symbol
	agreed
}

type matcher struct {
	kernel *image
	root   string
	asked  map[Frame][]meaning
	seen   map[Frame]int // functions of objects that had an answer
}

// object takes the answers of one object.
func (m *matcher) object(name string) (err error) {
	defer guard(&err)
	obj, err := openImage(name, maxObject)
	if err != nil {
		return err
	}
	defer obj.close()
	if !obj.relocatable() {
		return errors.New("read " + name + ": it is no object")
	}
	l, err := obj.lines(m.root)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	for f := range m.asked {
		for _, s := range obj.funcs[stem(f.Function)] {
			if err := m.one(l, obj, f, s); err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	return nil
}

// one takes the answer of one function of an object for all meanings of a frame
// that it may be.
func (m *matcher) one(l *lines, obj *image, f Frame, s symbol) error {
	matched := false
	for i := range m.asked[f] {
		mean := &m.asked[f][i]
		same, err := sameCode(obj, s, m.kernel, mean.at)
		if err != nil {
			return err
		}
		if !same {
			continue
		}
		matched = true
		if err := mean.add(l, f, obj.position(s.section, s.value)); err != nil {
			return err
		}
	}
	if matched {
		m.seen[f]++
	}
	return nil
}

// table keeps the frames whose meanings all have the same answer. Functions
// with the same code in files of the same name cannot be told apart: then there
// have to be as many in the objects as in the kernel.
func (m *matcher) table() Table {
	t := Table{}
	for f, meanings := range m.asked {
		var all agreed
		for _, mean := range meanings {
			all.join(mean.places)
			all.differ = all.differ || mean.differ
		}
		if !all.differ && len(all.places) > 0 && m.seen[f] >= len(meanings) {
			t[f] = all.places
		}
	}
	return t
}
