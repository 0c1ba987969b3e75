// SPDX-License-Identifier: MIT

package fencetest

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// donePrefix starts the line that ends a subtest's output in serve mode. No
// test prints a NUL.
const donePrefix = "\x00exit "

// ServeArgs returns the arguments for Main that start a server for the
// subtests of one binary: it reads a subtest's name from each line of its
// standard input, runs it, and prints the line that ParseDone understands. It
// ends with its input. Starting a program costs more than most subtests under
// emulation; a server pays that once, and the agent can still look at lockdep
// between two subtests.
func ServeArgs(binary, driver string) []string {
	return []string{binary, "--serve", "--device=" + driver}
}

// ParseDone returns the exit code in the line that ends a subtest's output in
// serve mode; ok is false for any other line.
func ParseDone(line string) (code int, ok bool) {
	digits, ok := strings.CutPrefix(line, donePrefix)
	if !ok {
		return 0, false
	}
	code, err := strconv.Atoi(digits)
	return code, err == nil && code >= 0 && code <= 255
}

// serve runs what in asks for until it ends.
func serve(b program, driver string, in io.Reader, stdout io.Writer) int {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		name := lines.Text()
		code := ExitInvalid
		if s, ok := b.subtest(name); ok {
			code = runSubtest(s, driver, stdout)
		} else {
			fmt.Fprintf(stdout, "No subtest %q in %s\n", name, b.name)
		}
		fmt.Fprintf(stdout, "%s%d\n", donePrefix, code)
	}
	return ExitSuccess
}
