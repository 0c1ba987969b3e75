// SPDX-License-Identifier: MIT

package symbolize

import (
	"context"
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A Worker reads ELF files in a process in a sandbox, where a broken or hostile
// one can do no more than give wrong lines. The zero value is not usable.
type Worker struct {
	Sandbox *sandbox.Sandbox
	Program string // fencebot itself, which everybody may read and execute
}

// A Build is an output directory and the kernel that was built in it. What is
// in the directory may be a stranger's work.
type Build struct {
	Image  string // vmlinux without debug information, which ran
	Output string // O=
	Source string // the source tree as the compiler saw it: "/src" in a sandbox
}

// maxObjects bounds the objects that one search may name.
const maxObjects = 1000

// Image answers from a vmlinux that has debug information.
func (w Worker) Image(ctx context.Context, vmlinux string, frames []Frame) (Table, error) {
	rep, err := w.ask(ctx, Build{Image: vmlinux}, request{Frames: frames})
	if err != nil {
		return nil, err
	}
	return rep.table(frames)
}

// Find returns the objects of a build that may hold the functions of frames,
// relative to its output directory. The names are checked: they lie below it and
// have no characters that mean something to a shell or to make.
func (w Worker) Find(ctx context.Context, b Build, frames []Frame) ([]string, error) {
	rep, err := w.ask(ctx, b, request{Frames: frames, Find: guestOutput})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range rep.Objects[:min(len(rep.Objects), maxObjects)] {
		if IsObject(name) {
			out = append(out, name)
		}
	}
	return out, nil
}

// Objects answers from objects in the output directory of a build that were
// compiled with debug information, for functions whose code is that of the
// build's image. Problems say which objects could not be read; they are a
// stranger's words.
func (w Worker) Objects(ctx context.Context, b Build, objects []string, frames []Frame) (t Table, problems []string, err error) {
	if len(objects) == 0 {
		return Table{}, nil, nil
	}
	req := request{Frames: frames, Root: b.Source}
	for _, name := range objects {
		if !IsObject(name) {
			return nil, nil, fmt.Errorf("read objects: %q is no name of an object", name)
		}
		req.Objects = append(req.Objects, name)
	}
	rep, err := w.ask(ctx, b, req)
	if err != nil {
		return nil, nil, err
	}
	t, err = rep.table(frames)
	return t, rep.Problems[:min(len(rep.Problems), maxProblems)], err
}

// File writes the places of a vmlinux that has debug information into splats.
func (w Worker) File(ctx context.Context, vmlinux string, splats []lockdep.Splat) error {
	t, err := w.Image(ctx, vmlinux, Frames(splats...))
	if err != nil {
		return err
	}
	for i := range splats {
		t.Fill(&splats[i])
	}
	return nil
}

// File is [Worker.File] in this process, for a vmlinux that the caller trusts.
func File(vmlinux string, splats []lockdep.Splat) error {
	t, err := ReadImage(vmlinux, Frames(splats...))
	if err != nil {
		return err
	}
	for i := range splats {
		t.Fill(&splats[i])
	}
	return nil
}

// IsObject reports whether a name is that of an object below some directory,
// with no character that means something to a shell or to make.
func IsObject(name string) bool {
	if !relative(name) || name[0] == '-' || !strings.HasSuffix(name, ".o") {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("._-+/", c) >= 0:
		default:
			return false
		}
	}
	return true
}
