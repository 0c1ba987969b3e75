// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/logfile"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
)

func (a *app) igtCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "igt [--json] DIR|FILE",
		Short: "Read the results of IGT's runner",
		Long: `Read a result folder of igt_runner, or its results.json (plain or packed), and say
what came of the run. Exit code 0 when nothing failed, 1 when a test failed,
crashed, timed out, did not end or made the kernel complain, 4 when no test did
any work.`,
		Args: exactly(1, "a result folder or a results.json"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := readIGT(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				err = igt.WriteResults(a.stdout, r)
			} else {
				err = a.printIGT(r)
			}
			return errors.Join(err, igtCode(r))
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

// igtCode is the exit code as an error, nil for 0.
func igtCode(r igt.Results) error {
	switch {
	case slices.ContainsFunc(r.Tests, func(t igt.Test) bool { return t.Result.Bad() }):
		return codeError(exitFound)
	case !slices.ContainsFunc(r.Tests, func(t igt.Test) bool { return t.Result.Ran() }):
		return codeError(report.NotExercised.ExitCode())
	}
	return nil
}

// printIGT prints the counts, and each test that is neither pass nor skip.
func (a *app) printIGT(r igt.Results) error {
	var counts []string
	for _, w := range igt.Words() {
		if n := r.Totals[""][w]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, w))
		}
	}
	if len(counts) == 0 {
		counts = []string{"no tests"}
	}
	if _, err := fmt.Fprintln(a.stdout, strings.Join(counts, ", ")); err != nil {
		return err
	}
	for _, t := range r.Tests {
		if t.Result == igt.Pass || t.Result == igt.Skip {
			continue
		}
		if _, err := fmt.Fprintf(a.stdout, "%-10s  %s  %.1f s\n", plain(string(t.Result)), plain(t.Name), t.Seconds()); err != nil {
			return err
		}
	}
	return nil
}

// plain quotes a stranger's text when it has more than printable characters.
func plain(s string) string {
	if q := strconv.QuoteToASCII(s); q != `"`+s+`"` {
		return q
	}
	return s
}
