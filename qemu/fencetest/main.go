// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// Exit codes of IGT, lib/igt_core.h.
const (
	ExitSuccess = 0  // all subtests that ran passed
	ExitSkip    = 77 // nothing could run
	ExitInvalid = 79 // bad command line, or no subtest of that name
	ExitFailure = 98 // a subtest failed
)

// options is the command line of one test binary.
type options struct {
	binary  string
	list    bool
	pattern string
	driver  string
	serve   bool
}

// Main runs one test binary as IGT would: args are its name and its flags, for
// example "fence_vgem", "--run-subtest", "create". The driver comes from
// --device or else from the environment variable IGT_FORCE_DRIVER. With
// --list-binaries as only argument it prints the names of all binaries. The
// result is the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "--list-binaries" {
		for _, b := range binaries() {
			fmt.Fprintln(stdout, b.name)
		}
		return ExitSuccess
	}
	opts, err := parse(args)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return ExitInvalid
	}
	b, ok := lookup(opts.binary)
	switch {
	case !ok:
		fmt.Fprintf(stderr, "no built-in test %q\n", opts.binary)
		return ExitInvalid
	case opts.list:
		for _, s := range b.subtests {
			fmt.Fprintln(stdout, s.name)
		}
		return ExitSuccess
	}
	fmt.Fprintln(stdout, versionLine())
	if opts.serve {
		return serve(b, opts.driver, os.Stdin, stdout)
	}
	return runMatching(b, opts, stdout)
}

// parse reads the flags, in the two forms that IGT's getopt_long accepts.
func parse(args []string) (options, error) {
	opts := options{driver: os.Getenv("IGT_FORCE_DRIVER")}
	if len(args) == 0 {
		return opts, errors.New("usage: fencetest BINARY [--list-subtests] [--run-subtest PATTERN] [--device DRIVER]")
	}
	opts.binary = args[0]
	for rest := args[1:]; len(rest) > 0; {
		name, value, inline := strings.Cut(rest[0], "=")
		rest = rest[1:]
		switch name {
		case "--list-subtests":
			opts.list = true
			continue
		case "--serve":
			opts.serve = true
			continue
		case "--run-subtest", "--device":
		default:
			return opts, fmt.Errorf("unknown option %q", name)
		}
		if !inline {
			if len(rest) == 0 {
				return opts, fmt.Errorf("option %s needs a value", name)
			}
			value, rest = rest[0], rest[1:]
		}
		if name == "--device" {
			opts.driver = value
		} else {
			opts.pattern = value
		}
	}
	return opts, nil
}

// runMatching runs the subtests that the pattern selects, all without one.
func runMatching(b program, opts options, stdout io.Writer) int {
	code, ran := ExitSkip, false
	for _, s := range b.subtests {
		if opts.pattern != "" && !matches(opts.pattern, s.name) {
			continue
		}
		ran = true
		switch c := runSubtest(s, opts.driver, stdout); {
		case c == ExitFailure || code == ExitFailure:
			code = ExitFailure
		case c == ExitSuccess:
			code = ExitSuccess
		}
	}
	if !ran {
		fmt.Fprintf(stdout, "No subtest of %s matches %q\n", b.name, opts.pattern)
		return ExitInvalid
	}
	return code
}

// matches follows IGT: alternatives with commas, shell wildcards, and a
// leading '!' that takes names out again.
func matches(pattern, name string) bool {
	matched := false
	for alt := range strings.SplitSeq(pattern, ",") {
		glob, negated := strings.CutPrefix(alt, "!")
		if ok, err := path.Match(glob, name); err == nil && ok {
			matched = !negated
		}
	}
	return matched
}

// runSubtest runs s with IGT's marker lines around it and returns its exit
// code.
func runSubtest(s subtest, driver string, stdout io.Writer) int {
	fmt.Fprintf(stdout, "Starting subtest: %s\n", s.name)
	begin := time.Now()
	got := attempt(s, driver, stdout)
	word, code := "SUCCESS", ExitSuccess
	switch {
	case got == nil:
	case got.skip:
		word, code = "SKIP", ExitSkip
		fmt.Fprintf(stdout, "Test requirement not met: %s\n", got.why)
	default:
		word, code = "FAIL", ExitFailure
		fmt.Fprintf(stdout, "Test assertion failure: %s\n", got.why)
	}
	fmt.Fprintf(stdout, "Subtest %s: %s (%.3fs)\n", s.name, word, time.Since(begin).Seconds())
	return code
}

// versionLine is the first line of every run, as IGT's IGT-Version line.
func versionLine() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "fencebot-test-version: 1"
	}
	return fmt.Sprintf("fencebot-test-version: 1 (Linux: %s %s)",
		uapi.CString(u.Release[:]), uapi.CString(u.Machine[:]))
}
