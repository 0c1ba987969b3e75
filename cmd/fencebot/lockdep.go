// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/atomicfile"
	"github.com/fencebot/fencebot/internal/logfile"
	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render"
	"github.com/fencebot/fencebot/report/render/picture"
)

func (a *app) lockdepCommand() *cobra.Command {
	var f lockdepFlags
	cmd := &cobra.Command{
		Use:   "lockdep [flags] [FILE...]",
		Short: "Explain the reports in console logs (dmesg | fencebot lockdep)",
		Long: `Find what the kernel reported in console logs, or in standard input: who waits
for whom, and which rule of the dma-fence contract is broken. Logs may be packed
with gzip, bzip2, xz or zstd. Exit code 1 when there is a report.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.lockdep(cmd.Context(), f, args) },
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON instead of text")
	cmd.Flags().StringVar(&f.html, "html", "", "write a page with all reports to this `file`")
	cmd.Flags().StringVar(&f.svg, "svg", "", "write a picture of the first report with a lock graph to this `file`")
	cmd.Flags().StringVar(&f.vmlinux, "vmlinux", "", "name source lines by this kernel `file` with debug information")
	return cmd
}

type lockdepFlags struct {
	json      bool
	html, svg string
	vmlinux   string
}

// guard refuses to overwrite what is not ours.
func (f lockdepFlags) guard() error {
	return guardFiles([]outputFile{{"--html", f.html, render.KindHTML}, {"--svg", f.svg, render.KindSVG}})
}

func (a *app) lockdep(ctx context.Context, f lockdepFlags, paths []string) error {
	if err := f.guard(); err != nil {
		return err
	}
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	r := &logReader{app: a, seen: map[string]bool{}, log: render.Log{Lockdep: lockdep.State{Alive: true}, Program: version()}}
	if f.json {
		r.json = render.NewLogJSON(a.stdout)
	}
	if f.vmlinux != "" {
		r.lines = &sourceLines{app: a, vmlinux: f.vmlinux}
	}
	for _, path := range paths {
		if err := r.file(ctx, path); err != nil {
			return err
		}
	}
	if err := r.lines.flush(ctx, r.found); err != nil {
		return err
	}
	if err := r.finish(f); err != nil {
		return err
	}
	if r.reports > 0 {
		return codeError(exitFound)
	}
	return nil
}

// A logReader prints the reports of one log after the other, and keeps of each
// kind the first one for the page.
type logReader struct {
	*app
	json    *render.LogJSON // nil: print text
	lines   *sourceLines    // nil: nobody asked for source lines
	log     render.Log
	seen    map[string]bool // signatures that were printed
	again   int
	reports int
}

func (r *logReader) file(ctx context.Context, path string) error {
	if path == "-" {
		return r.read(ctx, "standard input", "", r.stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	return r.read(ctx, path, filepath.Base(path), newInterruptible(ctx, f)) // it may be a FIFO, or /dev/kmsg
}

func (r *logReader) read(ctx context.Context, path, name string, from io.Reader) error {
	text, err := logfile.Reader(from)
	if err != nil {
		return usagef("read %s: %w", path, err)
	}
	defer text.Close()
	scan := lockdep.NewLog(text, lockdep.Options{})
	for s, err := range scan.Splats() {
		if err == nil {
			err = ctx.Err()
		}
		if _, damaged := errors.AsType[*logfile.UnpackError](err); damaged {
			return usagef("read %s: %w", path, err)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		found := render.NewLogFinding(s, name)
		if r.lines.keep(found) {
			continue
		}
		if err := errors.Join(r.lines.flush(ctx, r.found), r.found(found)); err != nil {
			return err
		}
	}
	if state := scan.State(); r.log.Lockdep.Alive && !state.Alive {
		r.log.Lockdep = state
		if name != "" {
			r.log.Lockdep.Reason = name + ": " + state.Reason
		}
	}
	return nil
}

func (r *logReader) found(f render.LogFinding) error {
	r.reports++
	r.log.Add(f)
	if r.json != nil {
		return r.json.Add(f)
	}
	if r.seen[f.Signature] {
		r.again++
		return nil
	}
	r.seen[f.Signature] = true
	return render.LogText(r.stdout, f, textOptions(r.stdout, render.Files{}))
}

// finish writes what stands after the last report, and the files.
func (r *logReader) finish(f lockdepFlags) error {
	if r.json != nil {
		if err := r.json.Close(r.log.Lockdep); err != nil {
			return err
		}
	} else if err := render.LogEnd(r.stdout, r.log, r.again); err != nil {
		return err
	}
	if f.html != "" {
		if err := atomicfile.Write(f.html, func(w io.Writer) error { return render.LogHTML(w, r.log) }); err != nil {
			return err
		}
	}
	if f.svg == "" {
		return nil
	}
	for _, x := range r.log.Findings {
		if picture.Has(x.Splat) {
			return atomicfile.Write(f.svg, func(w io.Writer) error { return render.SVG(w, x) })
		}
	}
	fmt.Fprintf(r.stderr, "fencebot: no report here has a lock graph: %s is not written\n", f.svg)
	return nil
}
