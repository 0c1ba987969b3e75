// SPDX-License-Identifier: MIT

package symbolize

import (
	"bytes"
	"debug/elf"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of a search through a build directory.
const (
	maxBuildFiles = 200_000 // our configuration leaves 6,000, allyesconfig 100,000
	maxHomonyms   = 8       // objects for one function; more is a name that everybody uses
	maxCommand    = 1 << 20 // bytes of a .cmd file; the largest of ours has 150 KiB
)

// findObjects returns the objects below the build directory dir that hold the
// functions of frames, relative to it, those of the first frames first. The
// kernel narrows it down: it knows the source of functions that are local.
func findObjects(kernel, dir string, frames []Frame) (found []string, err error) {
	defer guard(&err)
	k, err := openImage(kernel, maxFile)
	if err != nil {
		return nil, err
	}
	defer k.close()
	wanted := map[string][]symbol{}
	for _, f := range frames[:min(len(frames), maxFrames)] {
		name := stem(f.Function)
		wanted[name] = append(wanted[name], k.find(f)...)
	}
	holders, err := holders(dir, wanted)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, f := range frames[:min(len(frames), maxFrames)] {
		list := holders[stem(f.Function)]
		if len(list) > maxHomonyms {
			continue
		}
		for _, obj := range list {
			if !seen[obj] {
				seen[obj] = true
				found = append(found, obj)
			}
		}
	}
	return found, nil
}

// holders goes through the objects of a build and notes who has which of the
// wanted functions. Objects that cannot be read hold none.
func holders(dir string, wanted map[string][]symbol) (map[string][]string, error) {
	out := map[string][]string{}
	n := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if n++; err != nil || n > maxBuildFiles {
			return err
		}
		if !d.Type().IsRegular() || !strings.HasSuffix(name, ".o") {
			return nil
		}
		source := sourceOf(name)
		if source == "" {
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		for _, fn := range functionsOf(name) {
			if holds(wanted[fn], source) && !slices.Contains(out[fn], rel) {
				out[fn] = append(out[fn], rel)
			}
		}
		return nil
	})
	return out, err
}

// holds reports whether one of some functions may come from a source file.
func holds(functions []symbol, source string) bool {
	return slices.ContainsFunc(functions, func(s symbol) bool { return s.file == "" || s.file == source })
}

// functionsOf returns the stems of all functions of an object.
func functionsOf(name string) (names []string) {
	var err error
	defer guard(&err)
	im, err := openImage(name, maxObject)
	if err != nil {
		return nil
	}
	defer im.close()
	if im.elf.Type != elf.ET_REL {
		return nil
	}
	for fn := range im.funcs {
		names = append(names, fn)
	}
	return names
}

// sourceOf returns the base name of the C file that an object was compiled
// from, "" when it was linked or assembled. scripts/basic/fixdep.c writes it as
// "source_DIR/NAME.o := PATH" into .NAME.o.cmd.
func sourceOf(object string) string {
	dir, base := filepath.Split(object)
	f, err := os.Open(dir + "." + base + ".cmd")
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCommand))
	if err != nil {
		return ""
	}
	_, rest, ok := bytes.Cut(text, []byte("\nsource_"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	_, source, _ := bytes.Cut(line, []byte(" := "))
	if name := path.Base(string(source)); ok && strings.HasSuffix(name, ".c") {
		return name
	}
	return ""
}
