// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/testplan"
	"github.com/fencebot/fencebot/patch"
)

// testsFlags are the flags of tests; those of check that choose tests mean the
// same here.
type testsFlags struct {
	checkFlags
	paths   []string
	asJSON  bool
	showMap bool
}

func (a *app) testsCommand() *cobra.Command {
	var f testsFlags
	cmd := &cobra.Command{
		Use:   "tests [flags] [SERIES | --paths FILE,... | --show-map]",
		Short: "List the tests that run for a series, in their order, and why",
		Long: `List the tests that check runs for a series, in their order, and why each of
them. The built-in tests always run. Of an installed IGT (--igt, igt.dir) those
run that a map from paths to tests chooses; the map is a file that can be read
(--show-map), changed and used in place of the shipped one (--igt-map, igt.map).`,
		Args: cobra.MatchAll(func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && (len(f.paths) > 0 || f.showMap) {
				return usagef("tests: want one series, --paths or --show-map; see %s --help", cmd.CommandPath())
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error { return a.tests(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	f.choosing(cmd)
	flags.StringSliceVar(&f.paths, "paths", nil, "the `files` that a series touches, below the top of the kernel tree")
	flags.BoolVar(&f.showMap, "show-map", false, "print the map that is in use, and no tests")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) tests(ctx context.Context, f testsFlags, args []string) error {
	text, err := a.igtMapText(f.igtMap)
	if err != nil {
		return err
	}
	if f.showMap {
		_, err := io.WriteString(a.stdout, text)
		return err
	}
	files := f.paths
	if len(args) == 1 {
		s, err := a.readSeries(ctx, args[0])
		if err != nil {
			return err
		}
		files = patch.Files(s)
	}
	p, err := a.plan(f.checkFlags, files, nil)
	if err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(a.stdout, testRows(p.Plan))
	}
	return printTests(a.stdout, p.Plan)
}

// igtMapText is the map in use: the flag's, the configuration's or the shipped
// one. Its content is checked by whoever reads it.
func (a *app) igtMapText(flag string) (string, error) {
	name := cmp.Or(flag, a.cfg.IGT.Map)
	if name == "" {
		return testplan.ShippedMap(), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", usagef("--igt-map: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, testplan.MaxMap+1))
	if err != nil {
		return "", usagef("--igt-map: %w", err)
	}
	return string(text), nil
}

// choose asks the map which tests run for a series that touches files.
func (a *app) choose(igtDir, igtMap string, files []string) (testplan.Plan, error) {
	text, err := a.igtMapText(igtMap)
	if err != nil {
		return testplan.Plan{}, err
	}
	m, err := testplan.ReadMap(strings.NewReader(text))
	if err != nil {
		return testplan.Plan{}, usagef("--igt-map %s: %w", cmp.Or(igtMap, a.cfg.IGT.Map, "(shipped)"), err)
	}
	chosen, err := testplan.Choose(a.igtDir(igtDir), m, files)
	if err != nil {
		return chosen, usageError{err}
	}
	return chosen, nil
}

// A testRow is a row of `tests --json`.
type testRow struct {
	Test   string `json:"test"`
	Driver string `json:"driver"` // empty when none is forced
	IGT    bool   `json:"igt"`
	Why    string `json:"why"`
}

func testRows(p testplan.Plan) []testRow {
	rows := []testRow{}
	for _, t := range p.Tests {
		rows = append(rows, testRow{t.Name(), t.Driver, t.Job.IGT, t.Why})
	}
	return rows
}

// printTests prints the plan as a table. File names are a stranger's.
func printTests(w io.Writer, p testplan.Plan) error {
	fmt.Fprintf(w, "built-in tests: %d, IGT tests: %d\n\n", len(p.Tests)-p.IGT(), p.IGT())
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for i, t := range p.Tests {
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\n", i+1, plain(t.Name()), cmp.Or(t.Driver, "-"), plain(t.Why))
	}
	return out.Flush()
}
