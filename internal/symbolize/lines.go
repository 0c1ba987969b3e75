// SPDX-License-Identifier: MIT

package symbolize

import (
	"debug/dwarf"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Limits of debug information.
const (
	maxUnits = 200_000   // compilation units; a vmlinux with everything has 30,000
	maxSpans = 4_000_000 // address ranges of all units
	maxDepth = 64        // blocks within blocks; compilers give 20
	maxHops  = 8         // references from a function to its declaration
	maxRows  = 4_000_000 // rows of one line table
)

// A unitSpan is a range of addresses that belongs to one unit.
type unitSpan struct {
	low, high uint64
	unit      dwarf.Offset
}

// lines answers for addresses of one file with debug information.
type lines struct {
	data  *dwarf.Data
	spans []unitSpan
	root  string // top of the source tree; absolute, or what the compiler was started in
}

// newLines reads which unit has which addresses. root may be empty: then it is
// where the file of init/main.c lies, as in every kernel.
func newLines(d *dwarf.Data, root string) (*lines, error) {
	l := &lines{data: d, root: root}
	r := d.Reader()
	for n := 0; ; n++ {
		e, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("read units: %w", err)
		}
		if e == nil {
			return l, nil
		}
		if n >= maxUnits {
			return nil, fmt.Errorf("more than %d units", maxUnits)
		}
		ranges, err := d.Ranges(e)
		if err != nil {
			ranges = nil // of an assembler or compiler with ideas of its own; the others are fine
		}
		for _, s := range ranges {
			l.spans = append(l.spans, unitSpan{s[0], s[1], e.Offset})
		}
		if len(l.spans) > maxSpans {
			return nil, fmt.Errorf("more than %d address ranges", maxSpans)
		}
		if l.root == "" {
			l.root = rootOf(e)
		}
		r.SkipChildren()
	}
}

// rootOf is the top of the source tree when a unit is init/main.c of it, else "".
func rootOf(unit *dwarf.Entry) string {
	const known = "init/main.c"
	name, _ := unit.Val(dwarf.AttrName).(string)
	dir, _ := unit.Val(dwarf.AttrCompDir).(string)
	name = path.Clean(name)
	if name == known {
		return path.Clean(dir)
	}
	root, ok := strings.CutSuffix(name, "/"+known)
	if !ok {
		return ""
	}
	if !path.IsAbs(root) {
		root = path.Join(dir, root)
	}
	return root
}

// relative makes a file's name relative to the source tree; "" when it lies
// elsewhere. Files that a build generates lie below dir, where it ran.
func (l *lines) relative(file, dir string) string {
	if !path.IsAbs(file) {
		file = path.Join(dir, file)
	}
	file = path.Clean(file)
	for _, top := range [...]string{l.root, path.Clean(dir)} {
		if rest, ok := strings.CutPrefix(file, top+"/"); ok && top != "." {
			return rest
		}
	}
	return ""
}

// places returns where the code at an address comes from, innermost first.
func (l *lines) places(pc uint64) ([]Place, error) {
	for _, s := range l.spans {
		if s.low <= pc && pc < s.high {
			return l.inUnit(s.unit, pc)
		}
	}
	return nil, nil
}

func (l *lines) inUnit(off dwarf.Offset, pc uint64) ([]Place, error) {
	r := l.data.Reader()
	r.Seek(off)
	unit, err := r.Next()
	if err != nil || unit == nil {
		return nil, fmt.Errorf("read unit: %w", err)
	}
	w := walk{data: l.data, r: r, pc: pc}
	if _, err := w.descend(0); err != nil {
		return nil, fmt.Errorf("read functions of a unit: %w", err)
	}
	lr, err := l.data.LineReader(unit)
	if err != nil || lr == nil {
		return nil, err
	}
	row, err := rowOf(lr, pc)
	if err != nil {
		return nil, fmt.Errorf("read line table: %w", err)
	}
	dir, _ := unit.Val(dwarf.AttrCompDir).(string)
	return l.chain(w.found, row, lr.Files(), dir), nil
}

// rowOf looks for the row of an address. LineReader.SeekPC would stop at a unit
// whose sections are not in the order of their addresses. A row without file is
// none: the address is not in the table.
func rowOf(lr *dwarf.LineReader, pc uint64) (dwarf.LineEntry, error) {
	var row, next dwarf.LineEntry
	row.EndSequence = true
	for range maxRows {
		err := lr.Next(&next)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return dwarf.LineEntry{}, err
		}
		if !row.EndSequence && row.Address <= pc && pc < next.Address {
			return row, nil
		}
		row = next
	}
	return dwarf.LineEntry{}, nil
}

// chain turns functions, outermost first, into places: the innermost one has
// the line of the address, each other the line of the call that is inline.
func (l *lines) chain(funcs []*dwarf.Entry, row dwarf.LineEntry, files []*dwarf.LineFile, dir string) []Place {
	file, line := row.File, row.Line
	var out []Place
	for i := len(funcs) - 1; i >= 0; i-- {
		p := Place{Function: l.nameOf(funcs[i])}
		if file != nil && line > 0 {
			p.File = l.relative(file.Name, dir)
		}
		if p.File != "" {
			p.Line = line
		}
		if last := len(out) - 1; last < 0 || out[last].Function != p.Function || out[last].File != p.File {
			out = append(out, p) // else a part of itself: gcc splits functions and puts parts inline
		}
		n, _ := funcs[i].Val(dwarf.AttrCallFile).(int64)
		at, _ := funcs[i].Val(dwarf.AttrCallLine).(int64)
		file, line = nil, int(at)
		if n >= 0 && n < int64(len(files)) {
			file = files[n]
		}
	}
	return out
}

// nameOf follows an inline or split function to the declaration with its name.
func (l *lines) nameOf(e *dwarf.Entry) string {
	for range maxHops {
		if name, ok := e.Val(dwarf.AttrName).(string); ok {
			return name
		}
		off, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			off, ok = e.Val(dwarf.AttrSpecification).(dwarf.Offset)
		}
		if !ok {
			return ""
		}
		r := l.data.Reader()
		r.Seek(off)
		next, err := r.Next()
		if err != nil || next == nil {
			return ""
		}
		e = next
	}
	return ""
}
