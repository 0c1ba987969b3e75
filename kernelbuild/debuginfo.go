// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// debugFlag makes the compiler describe functions, inline ones too, and lines.
// It is -g1 and not -g: without variables there is nothing to track through the
// optimizer, so the code is that of a build without it.
const debugFlag = "KCFLAGS=-g1"

// maxObjects bounds the objects of one request, which are words on a command
// line.
const maxObjects = 200

// DebugObjects compiles objects of a build once more, with debug information,
// in place of the ones that are in req.Output: a throw-away layer, never a warm
// output directory. Objects are names relative to it, as make takes them. They
// are compiled as the build does, so a series that changes flags, headers or the
// configuration gets its own. req.Target, Trusted and CCache are not used.
//
// One that does not compile stays what it was, without debug information, and
// is no error: make goes on with the next. Whether the code is the same is for
// the reader of the objects to see. An error is the host's or the sandbox's.
func DebugObjects(ctx context.Context, req Request, objects []string) error {
	if req.Sandbox == nil {
		return errors.New("build objects: no sandbox given; sandbox.None has to be asked for")
	}
	if len(objects) == 0 {
		return nil
	}
	if err := checkObjects(objects); err != nil {
		return fmt.Errorf("build objects: %w", err)
	}
	req.Trusted, req.CCache = false, ""
	b, err := newBuild(req)
	if err != nil {
		return fmt.Errorf("build objects: %w", err)
	}
	err = b.objects(ctx, objects)
	return errors.Join(err, b.close())
}

// SourceName is the source tree of a request as the compiler sees it, and
// writes it into debug information.
func SourceName(req Request) string {
	return req.Sandbox.Path([]sandbox.Mount{{Host: req.Source, Guest: guestSource}}, guestSource)
}

// objects runs make for some objects alone. KCFLAGS come last on the command
// line of the compiler (Documentation/kbuild/kbuild.rst).
func (b *build) objects(ctx context.Context, names []string) error {
	argv := append(b.argv("--keep-going"), debugFlag)
	err := b.req.Sandbox.Run(ctx, sandbox.Spec{
		Argv: append(argv, names...), Dir: guestOutput, Env: b.env(), Mounts: b.mounts,
		Limits: b.req.Limits, Stdout: b.log, Stderr: b.log,
	})
	if _, failed := errors.AsType[*sandbox.ExitError](err); failed {
		return nil // some object, or all; what is missing shows when they are read
	}
	if err != nil {
		return fmt.Errorf("build objects: %w", err)
	}
	return nil
}

// checkObjects refuses names that mean something else to make, and too many.
func checkObjects(names []string) error {
	if len(names) > maxObjects {
		return fmt.Errorf("%d objects are more than %d", len(names), maxObjects)
	}
	for _, name := range names {
		if !target(name) {
			return fmt.Errorf("%q is no name of an object", name)
		}
	}
	return nil
}

// target reports whether a name is an object below the output directory, and no
// option, variable or pattern to make.
func target(name string) bool {
	if path.IsAbs(name) || path.Clean(name) != name || !strings.HasSuffix(name, ".o") || strings.HasPrefix(name, "..") {
		return false
	}
	return !strings.HasPrefix(name, "-") && !strings.ContainsAny(name, "=:%$()\\'\"*?[]~#; \t\n")
}
