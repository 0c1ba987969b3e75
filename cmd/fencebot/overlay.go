// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/patch/overlay"
)

func (a *app) overlayCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "overlay",
		Short: "Show fencebot's own lockdep annotations for the kernel",
		Long: `fencebot brings annotation patches of its own, which go on top of the base and
of the series alike: what they annotate is then checked by lockdep. The table
covers all 17 patches of the RFC "dma-fence lockdep annotations".`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.overlayListCommand(), a.overlayShowCommand(), a.overlayCheckCommand())
	return cmd
}

func (a *app) overlayListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [--json]",
		Short: "List the overlays: number in the RFC, name, kernels, state, title, file, tests",
		Args:  exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			rows := overlayRows()
			if asJSON {
				return writeJSON(a.stdout, rows)
			}
			return printOverlays(a.stdout, rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// An overlayRow is a row of `overlay list --json`, and with Result one of
// `overlay check --json`.
type overlayRow struct {
	RFC     []int           `json:"rfc"` // numbers of the RFC patches; empty for our own
	Name    string          `json:"name"`
	Title   string          `json:"title"`
	Kernels []overlayKernel `json:"kernels"` // oldest first
	Sites   []string        `json:"sites"`
	Tests   []string        `json:"tests"`
	Note    string          `json:"note"`

	Result string `json:"result,omitempty"` // applies, dropped or in-tree
	File   string `json:"file,omitempty"`   // the variant that applies, below patch/overlay
	Why    string `json:"why,omitempty"`    // it is dropped
}

// An overlayKernel is the state of an overlay on one kernel.
type overlayKernel struct {
	Kernel string `json:"kernel"`
	State  string `json:"state"`
	File   string `json:"file"` // below patch/overlay; empty without a patch
}

func overlayRows() []overlayRow {
	var rows []overlayRow
	for _, o := range overlay.All() {
		row := overlayRow{
			RFC: append([]int{}, o.RFC...), Name: o.Name, Title: o.Title,
			Sites: append([]string{}, o.Sites...), Tests: append([]string{}, o.Tests...), Note: o.Note,
		}
		for _, r := range o.Releases {
			row.Kernels = append(row.Kernels, overlayKernel{Kernel: r.Kernel, State: string(r.State), File: r.File})
		}
		rows = append(rows, row)
	}
	return rows
}

// numbers is the first column of a table: the RFC patches of a row.
func (r overlayRow) numbers() string {
	var all []string
	for _, n := range r.RFC {
		all = append(all, fmt.Sprintf("%02d", n))
	}
	return orDash(strings.Join(all, ","))
}

// printOverlays prints a line per overlay, and one more where a kernel has it in
// another state.
func printOverlays(w io.Writer, rows []overlayRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RFC\tNAME\tKERNEL\tSTATE\tTITLE\tFILE\tTESTS")
	for _, r := range rows {
		for at := 0; at < len(r.Kernels); {
			state := r.Kernels[at].State
			var kernels, files []string
			for ; at < len(r.Kernels) && r.Kernels[at].State == state; at++ {
				kernels = append(kernels, r.Kernels[at].Kernel)
				if f := r.Kernels[at].File; f != "" && !slices.Contains(files, f) {
					files = append(files, f)
				}
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.numbers(), r.Name, strings.Join(kernels, ","), state, r.Title,
				orDash(strings.Join(files, ", ")), orDash(strings.Join(r.Tests, ", ")))
		}
	}
	return t.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (a *app) overlayShowCommand() *cobra.Command {
	var all bool
	var kernel string
	cmd := &cobra.Command{
		Use:   "show [--kernel RELEASE] [--all] [NAME]",
		Short: "Print the patch of an overlay, or all of them as one series",
		Args: func(cmd *cobra.Command, args []string) error {
			if all {
				return exactly(0, "either a name or --all")(cmd, args)
			}
			return exactly(1, "one name of `overlay list`")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(overlay.Kernels(), kernel) {
				return usagef("--kernel %s: want one of %s", kernel, strings.Join(overlay.Kernels(), ", "))
			}
			if all {
				return a.showOverlays(kernel)
			}
			return a.showOverlay(args[0], kernel)
		},
	}
	cmd.Flags().StringVar(&kernel, "kernel", overlay.Kernels()[0], "`release` that the patches are for")
	cmd.Flags().BoolVar(&all, "all", false, "print all patches as one mbox, in the order in which they apply")
	return cmd
}

func (a *app) showOverlay(name, kernel string) error {
	o, err := overlay.Find(name)
	if err != nil {
		return usageError{err}
	}
	v, ok := o.For(kernel)
	if !ok {
		return usagef("%s: no patch, Linux %s has it: %s", o.Name, kernel, o.Note)
	}
	_, err = a.stdout.Write(v.Patch)
	return err
}

func (a *app) showOverlays(kernel string) error {
	list, err := overlay.SeriesFor(kernel)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, patch.Mbox(patch.Join("overlays", list)))
	return err
}

func (a *app) overlayCheckCommand() *cobra.Command {
	var tree, base string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [--tree NAME] [--base REV] [--json]",
		Short: "Say which overlays apply to a tree",
		Long: `Put the overlays on a commit in their order, as a check does, and say for each
whether it applies, and which variant of it. No branch is moved. Exit code 1 when one does not apply.`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			repo, err := a.openTree(ctx, tree)
			if err != nil {
				return err
			}
			defer repo.Close()
			rows, err := checkOverlays(ctx, repo.Repo, base)
			if err != nil {
				return err
			}
			return a.printChecked(rows, asJSON)
		},
	}
	cmd.Flags().StringVar(&tree, "tree", "", "registered tree `name`")
	cmd.Flags().StringVar(&base, "base", "", "base `commit` (default: the tree's default branch)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checkOverlays fills in what became of each overlay on top of base.
func checkOverlays(ctx context.Context, repo *gittree.Repo, base string) ([]overlayRow, error) {
	commit, _, err := chooseBase(ctx, repo, base, "")
	if err != nil {
		return nil, err
	}
	var files []string // of the patches in list
	var list []patch.Series
	for _, o := range overlay.All() {
		variants, err := o.Series()
		if err != nil && !errors.Is(err, overlay.ErrNoPatch) {
			return nil, err
		}
		list = append(list, variants...)
		for _, v := range o.Variants() {
			files = append(files, v.File)
		}
	}
	got, err := repo.Overlay(ctx, gittree.Range{Base: commit}, list...)
	if err != nil {
		return nil, err
	}
	used, why := map[string]string{}, map[string]string{}
	for _, i := range got.Used {
		used[list[i].Title] = files[i]
	}
	for _, d := range got.Dropped {
		why[d.Title] = d.Why
	}
	return checkedRows(used, why), nil
}

// checkedRows says of each row of the table what became of it: the file of the
// variant in use, or why none is, by the name of the overlay.
func checkedRows(used, why map[string]string) []overlayRow {
	rows := overlayRows()
	for i := range rows {
		r := &rows[i]
		switch {
		case used[r.Name] != "":
			r.Result, r.File = "applies", used[r.Name]
		case why[r.Name] != "":
			r.Result, r.Why = "dropped", why[r.Name]
		default:
			r.Result = "in-tree"
		}
	}
	return rows
}

func (a *app) printChecked(rows []overlayRow, asJSON bool) error {
	var dropped error
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		if r.Result == "dropped" {
			dropped = codeError(exitFound)
		}
		line := r.numbers() + "\t" + r.Name + "\t" + r.Result
		if r.File != "" {
			line += ": " + r.File
		}
		if r.Why != "" {
			line += fmt.Sprintf(": %q", r.Why)
		}
		fmt.Fprintln(t, line)
	}
	if asJSON {
		if err := writeJSON(a.stdout, rows); err != nil {
			return err
		}
		return dropped
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return dropped
}
