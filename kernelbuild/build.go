// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// Where the build sees things, whatever the host calls them.
const (
	guestSource = "/src"
	guestOutput = "/build"
	guestCache  = "/ccache"
	guestConfig = "/config"
)

// A Target is what a build makes.
type Target string

// Targets of a build.
const (
	// Image makes vmlinux, which boots by PVH. Only the link finds references
	// that no object answers.
	Image Target = "vmlinux"
	// Objects compiles everything and links nothing; "." is the name of the whole
	// tree in the top Makefile, and no single target as vmlinux.a is.
	Objects Target = "."
)

// A Request is one build.
type Request struct {
	Source  string           // the tree to build; mounted read-only
	Output  string           // O=, created when missing; keep it for the next build
	Log     string           // file for the complete log; overwritten
	Jobs    int              // parallel jobs; default: the number of CPUs
	Target  Target           // default Image
	Compile []string         // objects to make in place of Target, see Build; names relative to Output
	Flavour Flavour          // default Default; an Output is of one flavour
	CCache  string           // directory of the compiler cache, created when missing; empty: none
	Sandbox *sandbox.Sandbox // where to build; required
	Limits  sandbox.Limits   // zero: the sandbox's defaults
	// Trusted allows to write to the compiler cache. Only for commits of a
	// registered tree: an object that a series put there would be linked into
	// the kernels of others.
	Trusted bool
	// Progress is called with the number of objects compiled so far, from
	// another goroutine; may be nil.
	Progress func(objects int)
}

// Build configures and makes a kernel, or with Request.Compile single objects of
// one: as many of them as compile, with OK false unless all do. See the package
// comment for its errors; the Result is valid, as far as it goes, with a
// [*ResourceError], too.
func Build(ctx context.Context, req Request) (Result, error) {
	if req.Sandbox == nil {
		return Result{}, errors.New("build kernel: no sandbox given; sandbox.None has to be asked for")
	}
	if err := checkObjects(req.Compile); err != nil {
		return Result{}, fmt.Errorf("build kernel: %w", err)
	}
	b, err := newBuild(req)
	if err != nil {
		return Result{}, fmt.Errorf("build kernel: %w", err)
	}
	res, err := b.run(ctx)
	return res, errors.Join(err, b.close())
}

// build is the state of one Build.
type build struct {
	req     Request
	mounts  []sandbox.Mount
	log     *logFile
	parser  *parser
	scratch string // host directory of guestConfig
}

func newBuild(req Request) (*build, error) {
	req.Jobs = cmp.Or(req.Jobs, runtime.NumCPU())
	req.Target = cmp.Or(req.Target, Image)
	for _, p := range []*string{&req.Source, &req.Output, &req.Log, &req.CCache} {
		if *p == "" {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return nil, err
		}
		*p = abs
	}
	if _, err := os.Stat(filepath.Join(req.Source, "Makefile")); err != nil {
		return nil, fmt.Errorf("source is no kernel tree: %w", err)
	}
	for _, dir := range []string{req.Output, req.CCache} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	b := &build{req: req, parser: newParser(guestSource, req.Source)}
	b.parser.onObject = req.Progress
	return b, b.open()
}

// open makes the log and the file with our fragments.
func (b *build) open() (err error) {
	if b.log, err = createLog(b.req.Log); err != nil {
		return err
	}
	if b.scratch, err = os.MkdirTemp("", "fencebot-config"); err != nil {
		return errors.Join(err, b.log.Close())
	}
	// The sandbox's user has to enter it; there is no secret in it.
	err = errors.Join(os.Chmod(b.scratch, 0o755), os.WriteFile(filepath.Join(b.scratch, "all.config"), Fragment(b.req.Flavour), 0o644))
	if err != nil {
		return errors.Join(err, b.close())
	}
	b.mounts = []sandbox.Mount{
		{Host: b.req.Source, Guest: guestSource},
		{Host: b.req.Output, Guest: guestOutput, Writable: true},
		{Host: b.scratch, Guest: guestConfig},
	}
	if b.req.CCache != "" {
		b.mounts = append(b.mounts, sandbox.Mount{Host: b.req.CCache, Guest: guestCache, Writable: b.req.Trusted, Shared: b.req.Trusted})
	}
	return nil
}

func (b *build) close() error {
	return errors.Join(b.log.Close(), os.RemoveAll(b.scratch))
}

// run goes through the steps. What it leaves in Output is whole or is made
// again by make the next time.
func (b *build) run(ctx context.Context) (Result, error) {
	fragment := string(Fragment(b.req.Flavour))
	if !configured(fragment, b.req.Source, b.req.Output) {
		if res, err := b.step(ctx, b.req.Flavour.start()); err != nil || !res.OK {
			return res, err
		}
		config, err := readOutput(b.req.Output, ".config", maxConfig)
		if err != nil {
			return Result{}, err
		}
		if err := checkConfig(fragment, string(config)); err != nil {
			return Result{}, err
		}
	}
	if len(b.req.Compile) > 0 {
		return b.step(ctx, append([]string{"--keep-going"}, b.req.Compile...)...)
	}
	res, err := b.step(ctx, string(b.req.Target))
	if err != nil || !res.OK {
		return res, err
	}
	res.Config = filepath.Join(b.req.Output, ".config")
	if b.req.Target == Image {
		res.Image, err = b.image()
	}
	return res, err
}

// image checks that what the build left as vmlinux is an ELF file, and no link
// to a file of the host that QEMU would read.
func (b *build) image() (string, error) {
	f, err := openOutput(b.req.Output, "vmlinux")
	if err != nil {
		return "", err
	}
	defer f.Close()
	magic := make([]byte, 4)
	if _, err := io.ReadFull(f, magic); err != nil || string(magic) != "\x7fELF" {
		return "", fmt.Errorf("check vmlinux: not an ELF file (%q, %w)", magic, err)
	}
	return f.Name(), nil
}

// step runs make for some targets and sorts its outcome.
func (b *build) step(ctx context.Context, targets ...string) (Result, error) {
	out := io.MultiWriter(b.log, b.parser)
	err := b.req.Sandbox.Run(ctx, sandbox.Spec{
		Argv: b.argv(targets...), Dir: guestOutput, Env: b.env(), Mounts: b.mounts,
		Limits: b.req.Limits, Stdout: out, Stderr: out,
	})
	res := Result{OK: err == nil, Log: b.req.Log, Objects: b.parser.objects, Diagnostics: b.parser.finish()}
	var exit *sandbox.ExitError
	switch {
	case err == nil:
		return res, nil
	case !errors.As(err, &exit):
		return res, fmt.Errorf("build kernel: %w", err)
	case b.parser.lack != nil:
		return res, b.parser.lack
	case exit.Code != 2 || b.parser.kept[Error] == 0:
		// make says 2 when a rule failed; anything else is not a word on the code.
		return res, fmt.Errorf("build kernel: make %s: %w", strings.Join(targets, " "), exit)
	}
	return res, nil
}

// argv is make's command line. make runs in the output directory with the
// source's Makefile, which saves the sub-make of O=.
func (b *build) argv(targets ...string) []string {
	s := b.req.Sandbox
	return append([]string{
		"make", "-rR", "--no-print-directory", "-f", s.Path(b.mounts, guestSource+"/Makefile"),
		fmt.Sprintf("-j%d", b.req.Jobs), "KCONFIG_ALLCONFIG=" + s.Path(b.mounts, guestConfig+"/all.config"),
	}, targets...)
}

// compilerDirs hold links named gcc that lead to ccache. With them in PATH the
// command line of the compiler is the same with and without a cache, so that
// nothing is compiled again when one appears.
const compilerDirs = "/usr/lib/ccache:/usr/lib64/ccache:/usr/lib/ccache/bin:"

// toolPath is where the tools of a build are, as an environment entry.
const toolPath = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

// env is the whole environment of a build: reproducible, in English, and
// without a word about who builds where.
func (b *build) env() []string {
	env := []string{
		"LC_ALL=C", "HOME=/tmp", "TMPDIR=/tmp", "LOCALVERSION=",
		"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_VERSION=1",
		"KBUILD_BUILD_USER=fencebot", "KBUILD_BUILD_HOST=fencebot",
	}
	if b.req.CCache == "" {
		return append(env, toolPath)
	}
	env = append(env, strings.Replace(toolPath, "=", "="+compilerDirs, 1),
		"CCACHE_DIR="+b.req.Sandbox.Path(b.mounts, guestCache), "CCACHE_TEMPDIR=/tmp", "CCACHE_UMASK=002", "CCACHE_MAXSIZE=5G")
	if !b.req.Trusted {
		env = append(env, "CCACHE_READONLY=1", "CCACHE_NOSTATS=1")
	}
	return env
}
