// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/logfile"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

func (a *app) igtCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "igt [--json] DIR|FILE",
		Short: "Read the results of IGT's runner",
		Long: `Read a result folder of igt_runner, or its results.json (plain or packed), and say
what came of the run: the counts, each test that neither passed nor skipped, and
what the kernel reported while it ran. Exit code 0 when nothing failed, 1 when a
test failed, crashed, timed out, did not end or made the kernel complain, 4 when
no test did any work.`,
		Args: exactly(1, "a result folder or a results.json"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := readIGT(args[0])
			if err != nil {
				return err
			}
			splats, err := igtSplats(r)
			if err != nil {
				return err
			}
			if asJSON {
				err = igt.WriteResults(a.stdout, r)
			} else {
				err = a.printIGT(r, splats)
			}
			return errors.Join(err, igtCode(r, splats))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the run in the format of results.json")
	return cmd
}

// readIGT reads a result folder or a results.json.
func readIGT(path string) (igt.Results, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return igt.Results{}, usageError{err}
	}
	var r igt.Results
	if fi.IsDir() {
		r, err = igt.ReadFolder(path)
	} else {
		r, err = readIGTFile(path)
	}
	if err != nil {
		return r, usageError{err} // what a stranger wrote is the caller's to mend
	}
	return r, nil
}

func readIGTFile(path string) (igt.Results, error) {
	f, err := os.Open(path)
	if err != nil {
		return igt.Results{}, err
	}
	defer f.Close()
	text, err := logfile.Reader(f)
	if err != nil {
		return igt.Results{}, fmt.Errorf("%s: %w", path, err)
	}
	defer text.Close()
	r, err := igt.ReadResults(text)
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// igtSplats finds what the kernel reported while each test ran, by place in
// r.Tests.
func igtSplats(r igt.Results) (map[int][]lockdep.Splat, error) {
	splats := map[int][]lockdep.Splat{}
	for i, t := range r.Tests {
		for s, err := range lockdep.Scan(strings.NewReader(t.Console()), lockdep.Options{}) {
			if err != nil {
				return nil, fmt.Errorf("read the kernel log of %s: %w", plain(t.Name), err)
			}
			splats[i] = append(splats[i], s)
		}
	}
	return splats, nil
}

// igtCode is the exit code as an error, nil for 0. A report of the kernel counts
// whatever the test and the runner made of it.
func igtCode(r igt.Results, splats map[int][]lockdep.Splat) error {
	switch {
	case len(splats) > 0 || slices.ContainsFunc(r.Tests, func(t igt.Test) bool { return t.Result.Bad() }):
		return codeError(exitFound)
	case !slices.ContainsFunc(r.Tests, func(t igt.Test) bool { return t.Result.Ran() }):
		return codeError(report.NotExercised.ExitCode())
	}
	return nil
}

// printIGT prints the counts, each test that is neither pass nor skip or that
// made the kernel complain, and why nothing was tested when nothing was.
func (a *app) printIGT(r igt.Results, splats map[int][]lockdep.Splat) error {
	var out strings.Builder
	var counts []string
	for _, w := range igt.Words() {
		if n := r.Totals[""][w]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, w))
		}
	}
	if len(counts) == 0 {
		counts = []string{"no tests"}
	}
	fmt.Fprintln(&out, strings.Join(counts, ", "))
	for i, t := range r.Tests {
		if (t.Result == igt.Pass || t.Result == igt.Skip) && len(splats[i]) == 0 {
			continue
		}
		fmt.Fprintf(&out, "%-10s  %s  %.1f s\n", plain(string(t.Result)), plain(t.Name), t.Seconds())
		for _, s := range splats[i] {
			fmt.Fprintf(&out, "            %s: %s\n", s.Family, plain(s.Title))
		}
	}
	if !slices.ContainsFunc(r.Tests, func(t igt.Test) bool { return t.Result.Ran() }) {
		fmt.Fprintf(&out, "not exercised: no test did any work%s\n", whySkipped(r))
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

// whySkipped returns the reason that most tests gave, after a colon, and what to
// do about it.
func whySkipped(r igt.Results) string {
	most, _, _ := igt.CommonSkip(r.Cases())
	if most == "" {
		return ""
	}
	if hint := igt.SkipHint(most); hint != "" {
		return ": " + plain(most) + "; " + hint
	}
	return ": " + plain(most)
}

// plain quotes a stranger's text when it has more than printable characters.
func plain(s string) string {
	if q := strconv.QuoteToASCII(s); q[1:len(q)-1] != s {
		return q
	}
	return s
}
