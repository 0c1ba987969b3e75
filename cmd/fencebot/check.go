// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/pipeline"
	"github.com/fencebot/fencebot/internal/sandbox"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/render"
)

// checkFlags are the flags of check; reproduce shares most of them.
type checkFlags struct {
	tree, base, rng string
	overlay, igt    string
	igtMap          string
	flavour         string
	noOverlays      bool
	expect          string
	vfio            *bool // nil: what qemu.vfio_allow says
	sandbox         string
	out             outputs
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [flags] SERIES | check [flags] --range A..B",
		Short: "Say whether a series deadlocks, and why",
		Long: `Apply a series as mailed (mbox, maildir, directory of patches, - for standard
input) or take the commits A..B, build the base and every prefix with lockdep,
boot both kernels in QEMU, run fence tests, and say what the series brings.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.rng != "" {
				return exactly(0, "no series beside --range")(cmd, args)
			}
			return exactly(1, "one series, or --range A..B")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.base, "base", "", "base `commit` (default: base-commit: of the series, then the tree's default branch)")
	flags.StringVar(&f.rng, "range", "", "check the commits `A..B` instead of a mailed series")
	flags.StringVar(&f.overlay, "overlay", "", "annotation patches in `file`, put on top of base and series alike, before fencebot's own")
	flags.BoolVar(&f.noOverlays, "no-overlays", false, "without fencebot's own annotations (fencebot overlay list)")
	f.choosing(cmd)
	f.common(cmd)
	return cmd
}

// choosing are the flags that say which tests run.
func (f *checkFlags) choosing(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.igt, "igt", "", "`directory` of an installed IGT, whose tests run as well")
	flags.StringVar(&f.igtMap, "igt-map", "", "`file` that chooses IGT's tests by the paths a series touches (fencebot tests)")
	flags.StringVar(&f.expect, "expect", "", "`directory` with the lists of the kernel's CI for IGT tests: fails, flakes, skips")
	flags.StringVar(&f.flavour, "flavour", "", `kernel configuration: "default" or "wide", which reaches more annotated code`)
}

// common are the flags that check and reproduce share.
func (f *checkFlags) common(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.tree, "tree", "", "registered tree `name` (default: the only one, or the git work tree here)")
	flags.BoolFunc("vfio", "give the guests the devices of qemu.vfio, or none with =false (default: docs/hardware.md)", func(s string) (err error) {
		yes, err := strconv.ParseBool(s)
		f.vfio = &yes
		return err
	})
	flags.StringVar(&f.sandbox, "sandbox", "", `"bubblewrap", or "none" to build without walls`)
	flags.StringVar(&f.out.json, "json", "", "write the report as JSON to `file`")
	flags.StringVar(&f.out.html, "html", "", "write the report as a page to `file`")
	flags.StringVar(&f.out.results, "results", "", "write what each test did to `directory`/"+pipeline.ResultsFile+", the base's to "+pipeline.BaseResultsFile+", as igt_runner does")
	flags.StringVar(&f.out.mail, "mail", "", "write the reply mail to `file`; nothing is sent")
}

// check is the command from its flags to its exit code.
func (a *app) check(ctx context.Context, f checkFlags, args []string) error {
	if err := f.out.guard(); err != nil {
		return err
	}
	req, closeTree, err := a.request(ctx, f, args)
	if err != nil {
		return err
	}
	defer closeTree()
	return a.runCheck(ctx, f, req)
}

// runCheck runs a request, shows its progress and prints the verdict.
func (a *app) runCheck(ctx context.Context, f checkFlags, req pipeline.Request) error {
	opts, err := a.checkerOptions(ctx, f)
	if err != nil {
		return err
	}
	show := newDisplay(a.stderr)
	opts.Progress = show.show
	rep, dir, err := pipeline.New(opts).Check(ctx, req)
	show.close()
	if err != nil {
		if dir != "" && ctx.Err() == nil {
			fmt.Fprintf(a.stderr, "logs of this run: %s\n", dir)
		}
		return err
	}
	kept := outputs{json: filepath.Join(dir, "report.json"), html: filepath.Join(dir, "report.html"), mail: filepath.Join(dir, "reply.eml")}
	if err := kept.write(rep, a.cfg.Reply); err != nil {
		return err
	}
	if err := f.out.write(rep, a.cfg.Reply); err != nil {
		return err
	}
	if err := copyResults(dir, f.out.results); err != nil {
		return err
	}
	if err := a.printVerdict(rep, f.out, kept); err != nil {
		return err
	}
	if code := rep.Word.ExitCode(); code != exitOK {
		return codeError(code)
	}
	return nil
}

func (a *app) printVerdict(rep report.Report, asked, kept outputs) error {
	files := render.Files{JSON: asked.json, HTML: asked.html}
	if files.JSON == "" {
		files.JSON = kept.json
	}
	if files.HTML == "" {
		files.HTML = kept.html
	}
	return render.Text(a.stdout, rep, textOptions(a.stdout, files))
}

// textOptions fits a text to where it goes.
func textOptions(w io.Writer, files render.Files) render.TextOptions {
	color := isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return render.TextOptions{Color: color, Width: width(w), Files: files}
}

// checkerOptions turns configuration and flags into the pipeline's options.
func (a *app) checkerOptions(ctx context.Context, f checkFlags) (pipeline.Options, error) {
	state, err := a.state()
	if err != nil {
		return pipeline.Options{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return pipeline.Options{}, fmt.Errorf("find this program: %w", err)
	}
	box, err := a.findSandbox(ctx, f.sandbox)
	if err != nil {
		return pipeline.Options{}, err
	}
	q := a.cfg.QEMU
	return pipeline.Options{
		State: state, Agent: self, Program: version(), Sandbox: box,
		Jobs: a.cfg.Build.Parallel(), CCache: a.cfg.Build.CCache,
		DiskBytes: a.cfg.Build.DiskMiB << 20, BuildTimeout: time.Duration(a.cfg.Build.Timeout),
		Reboots: reboots(q.Reboots), TestSeconds: int(time.Duration(q.Test).Seconds()),
		QEMU: qemu.Options{
			Binary: q.Binary, Accel: q.Accel, CPUs: q.CPUs, MemMiB: q.MemMiB,
			BootTimeout: time.Duration(q.Boot), SilenceTimeout: time.Duration(q.Silence), RunTimeout: time.Duration(q.Run),
		},
	}, nil
}

// reboots turns the configuration's 0 into what package qemu calls none.
func reboots(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// findSandbox refuses to go on without walls unless somebody said so.
func (a *app) findSandbox(ctx context.Context, flag string) (*sandbox.Sandbox, error) {
	mode := a.cfg.Build.Sandbox
	if flag != "" {
		mode = flag
	}
	switch mode {
	case "none":
		fmt.Fprintln(a.stderr, "fencebot: building without a sandbox: the series can do whatever you can")
		return sandbox.None(), nil
	case "bubblewrap":
		return sandbox.Find(ctx)
	}
	return nil, usagef(`--sandbox %s: want "bubblewrap" or "none"`, mode)
}

// parseFrom reads the address of the configuration.
func parseFrom(s string) report.Address {
	from := mail.ParseAddress(s)
	return report.Address{Name: from.Name, Addr: from.Addr}
}
