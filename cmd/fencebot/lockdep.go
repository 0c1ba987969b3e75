// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// A logFinding is one report of a log with the rule that it breaks.
type logFinding struct {
	lockdep.Splat
	Contract contract.Rule `json:"contract"`
}

func (a *app) lockdepCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "lockdep [--json] [FILE...]",
		Short: "Find the reports in console logs (dmesg | fencebot lockdep)",
		Long: `Find what the kernel reported in console logs, or in standard input, and say which
rule of the dma-fence contract is broken. Exit code 1 when there is a report.`,
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := a.scanLogs(args)
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(a.stdout, map[string]any{"findings": found})
			} else {
				for _, f := range found {
					fmt.Fprintf(a.stdout, "%d: %s: %q\n   %s\n", f.Line, f.Family, f.Title, f.Contract.Explanation)
				}
			}
			if err == nil && len(found) > 0 {
				err = codeError(exitFound)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// scanLogs reads the named logs, or standard input when there is none.
func (a *app) scanLogs(paths []string) ([]logFinding, error) {
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	found := []logFinding{}
	for _, path := range paths {
		if path == "-" {
			more, err := scanLog(a.stdin)
			if err != nil {
				return nil, fmt.Errorf("read standard input: %w", err)
			}
			found = append(found, more...)
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, usageError{err}
		}
		more, err := scanLog(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		found = append(found, more...)
	}
	return found, nil
}

func scanLog(r io.Reader) ([]logFinding, error) {
	var found []logFinding
	for s, err := range lockdep.Scan(r, lockdep.Options{}) {
		if err != nil {
			return nil, err
		}
		found = append(found, logFinding{Splat: s, Contract: contract.Of(s)})
	}
	return found, nil
}
