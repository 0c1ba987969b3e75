// SPDX-License-Identifier: MIT

package coverage

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/qemu/wire"
)

// Annotation is the function whose calls are annotated sites.
const Annotation = "dma_fence_begin_signalling"

// Limits of what a tree can make us remember.
const (
	maxSource = 4 << 20 // bytes of a file; the largest file of a driver is a fifth of that
	maxSites  = 2000    // 6.12 has 28 annotated ones
)

// A Site is one call of a fence function.
type Site struct {
	File     string
	Line     int    // in the author's tree; 0 in what an overlay brings
	Function string // around the call
	Call     string // function that is called
	Overlay  bool   // brought by an overlay
	Touched  bool   // the series changes Function
	Config   string // option that the file is built with, "CONFIG_DRM_XE"; empty when that is not clear

	probe    wire.Probe
	inliners []string // functions that Function may be inlined into
}

// String returns "file:line function".
func (s Site) String() string {
	if s.Line == 0 {
		return s.File + " " + s.Function
	}
	return fmt.Sprintf("%s:%d %s", s.File, s.Line, s.Function)
}

// probeOf returns the probe that counts calls of name.
func probeOf(name string) (wire.Probe, bool) {
	switch name {
	case Annotation:
		return wire.ProbeBegin, true
	case "dma_fence_signal", "dma_fence_signal_locked", "dma_fence_signal_timestamp", "dma_fence_signal_timestamp_locked":
		return wire.ProbeSignal, true
	case "dma_fence_wait", "dma_fence_wait_timeout":
		return wire.ProbeWait, true
	}
	return "", false
}

// Files returns the files of a commit that name the annotation: what [Sites]
// needs to know of the base of a series. It takes seconds; keep it with the
// base.
func Files(ctx context.Context, repo *gittree.Repo, commit string) ([]string, error) {
	return repo.FilesWith(ctx, commit, Annotation)
}

// Sites returns the annotated sites of the tested tree, which is the tip of o
// with its overlays, and the calls that signal a fence or wait for one in
// functions that the series changes. Annotated are the [Files] of o.Base. They
// are in the order of file and line.
func Sites(ctx context.Context, repo *gittree.Repo, o gittree.OverlaidRange, annotated []string) ([]Site, error) {
	changed, err := repo.ChangedFiles(ctx, o.Base, o.Tip())
	if err != nil {
		return nil, fmt.Errorf("find annotated sites: %w", err)
	}
	changed = slices.DeleteFunc(changed, func(name string) bool { return path.Ext(name) != ".c" && path.Ext(name) != ".h" })
	files := slices.Concat(annotated, changed)
	slices.Sort(files)
	s := survey{repo: repo, o: o}
	for _, file := range slices.Compact(files) {
		_, differs := slices.BinarySearch(changed, file)
		found, err := s.file(ctx, file, differs)
		if err != nil {
			return nil, fmt.Errorf("find annotated sites: %w", err)
		}
		s.sites = append(s.sites, found...)
		if len(s.sites) >= maxSites {
			s.sites = s.sites[:maxSites]
			break
		}
	}
	if err := s.complete(ctx); err != nil {
		return nil, fmt.Errorf("find annotated sites: %w", err)
	}
	return s.sites, nil
}

// A survey is one call of Sites.
type survey struct {
	repo  *gittree.Repo
	o     gittree.OverlaidRange
	sites []Site
}

// file returns the sites of one file of the tested tree, with its lines.
func (s *survey) file(ctx context.Context, name string, differs bool) ([]Site, error) {
	src, ok, err := s.repo.File(ctx, s.o.Tip(), name)
	if err != nil || !ok || len(src) > maxSource {
		return nil, err
	}
	var spans []gittree.Span
	if differs {
		if spans, err = s.repo.ChangedLines(ctx, s.o.Base, s.o.Tip(), name); err != nil {
			return nil, err
		}
	}
	var sites []Site
	all := functions(src)
	by := callersOf(all)
	for _, f := range all {
		touched := touches(spans, f)
		var into []string
		for _, c := range f.calls {
			probe, ok := probeOf(c.name)
			if !ok || probe != wire.ProbeBegin && !touched {
				continue
			}
			if len(sites) == maxSites {
				return sites, nil
			}
			if into == nil && f.static {
				into = by.inliners(f.name)
			}
			sites = append(sites, Site{
				File: name, Line: c.line, Function: f.name, Call: c.name, Touched: touched, probe: probe, inliners: into,
			})
		}
	}
	return sites, nil
}

// touches reports whether any of the spans is in f.
func touches(spans []gittree.Span, f function) bool {
	return slices.ContainsFunc(spans, func(s gittree.Span) bool {
		if s.Lines == 0 {
			return s.Start >= f.first && s.Start < f.last
		}
		return s.Start <= f.last && s.Start+s.Lines > f.first
	})
}

// complete adds to the sites what takes more than their own file: lines of the
// author's tree and options.
func (s *survey) complete(ctx context.Context) error {
	if tip := s.o.Range.Tip(); tip != s.o.Tip() {
		changed, err := s.repo.ChangedFiles(ctx, tip, s.o.Tip())
		if err != nil {
			return err
		}
		for _, file := range changed {
			if err := s.authors(ctx, file); err != nil {
				return err
			}
		}
	}
	options := options{repo: s.repo, commit: s.o.Tip(), seen: map[string]makefile{}}
	for i := range s.sites {
		var err error
		if s.sites[i].Config, err = options.of(ctx, s.sites[i].File); err != nil {
			return err
		}
	}
	slices.SortStableFunc(s.sites, func(a, b Site) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return nil
}

// authors turns the lines of the sites of a file, which an overlay changes,
// into those of the author's tree.
func (s *survey) authors(ctx context.Context, file string) error {
	var lines []int
	for _, site := range s.sites {
		if site.File == file {
			lines = append(lines, site.Line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	from, err := s.repo.Origins(ctx, s.o, file, lines)
	if err != nil {
		return err
	}
	for i := range s.sites {
		if site := &s.sites[i]; site.File == file {
			site.Line = from[site.Line].Line
			site.Overlay = site.Line == 0
		}
	}
	return nil
}
