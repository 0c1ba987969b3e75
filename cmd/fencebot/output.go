// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fencebot/fencebot/config"
	"github.com/fencebot/fencebot/internal/atomicfile"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/render"
)

// outputs are the files that a check writes; empty ones are not written.
type outputs struct {
	json, html, mail string
	results          string // directory
}

// guard refuses paths that hold something else than a report of ours, so that
// `check --json series.mbox` cannot eat a series. It runs before any work.
func (o outputs) guard() error {
	if err := guardResults(o.results); err != nil {
		return usagef("--results: %w", err)
	}
	return guardFiles([]outputFile{{"--json", o.json, render.KindJSON}, {"--html", o.html, render.KindHTML}, {"--mail", o.mail, render.KindMail}})
}

// An outputFile is a file that a flag asks for; an empty path is none.
type outputFile struct {
	flag, path string
	kind       render.Kind
}

func guardFiles(files []outputFile) error {
	seen := map[string]string{}
	for _, f := range files {
		if f.path == "" {
			continue
		}
		if other, twice := seen[filepath.Clean(f.path)]; twice {
			return usagef("%s and %s name the same file %s", other, f.flag, f.path)
		}
		seen[filepath.Clean(f.path)] = f.flag
		if err := guardOne(f.path, f.kind); err != nil {
			return usagef("%s %s: %w", f.flag, f.path, err)
		}
	}
	return nil
}

func guardOne(path string, kind render.Kind) error {
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		dir := filepath.Dir(path)
		if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
			return fmt.Errorf("there is no directory %s", dir)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		return errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, render.HeadBytes))
	if err != nil {
		return err
	}
	if len(head) > 0 && render.KindOf(head) != kind {
		return fmt.Errorf("exists and is no %s of fencebot; remove it or choose another name", kind)
	}
	return nil
}

// write writes a report in every form that is asked for.
func (o outputs) write(r report.Report, reply config.Reply) error {
	files := render.Files{JSON: o.json, HTML: o.html}
	from := parseFrom(reply.From)
	for _, f := range []struct {
		path string
		form func(io.Writer) error
	}{
		{o.json, func(w io.Writer) error { return render.JSON(w, r) }},
		{o.html, func(w io.Writer) error { return render.HTML(w, r) }},
		{o.mail, func(w io.Writer) error { return render.Mail(w, r, render.MailOptions{From: from, Files: files}) }},
	} {
		if f.path == "" {
			continue
		}
		if err := atomicfile.Write(f.path, f.form); err != nil {
			return err
		}
	}
	return nil
}
