// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/fencebot/fencebot/internal/pipeline"
)

// display shows the progress of a check: bars on a terminal, plain lines
// anywhere else. close waits until everything is drawn.
type display interface {
	show(pipeline.Progress)
	close()
}

// newDisplay picks the display for w.
func newDisplay(w io.Writer) display {
	if isTerminal(w) && os.Getenv("TERM") != "dumb" {
		return &bars{pool: mpb.New(mpb.WithOutput(w), mpb.WithWidth(28)), bar: map[pipeline.Stage]*stageBar{}}
	}
	return &lines{w: w}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// lines writes one line when a stage begins and one when it ends.
type lines struct {
	mu   sync.Mutex
	w    io.Writer
	last map[pipeline.Stage]string
}

func (l *lines) show(p pipeline.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[pipeline.Stage]string{}
	}
	switch {
	case p.Ended && p.Cached:
		fmt.Fprintf(l.w, "%s: cached %s\n", p.Stage, p.Detail)
	case p.Ended:
		fmt.Fprintf(l.w, "%s: done in %s %s\n", p.Stage, seconds(p.Took), p.Detail)
	case p.Detail != "" && (p.Done == 0 || p.Total <= maxLines) && p.Detail != l.last[p.Stage]:
		l.last[p.Stage] = p.Detail
		fmt.Fprintf(l.w, "%s: %s\n", p.Stage, p.Detail)
	case p.Done > 0 && p.Done%200 == 0:
		fmt.Fprintf(l.w, "%s: %d\n", p.Stage, p.Done)
	}
}

// maxLines is the number of steps up to which each has a line of its own; of a
// stage with more, such as the tests of a guest, only the first has.
const maxLines = 64

func (l *lines) close() {}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// bars draws one bar a stage.
type bars struct {
	mu   sync.Mutex
	pool *mpb.Progress
	bar  map[pipeline.Stage]*stageBar
}

// A stageBar is a bar and the words behind it.
type stageBar struct {
	bar    *mpb.Bar
	mu     sync.Mutex
	detail string
}

func (s *stageBar) text(decor.Statistics) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.detail
}

func (s *stageBar) say(detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = detail
}

func (b *bars) show(p pipeline.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.bar[p.Stage]
	if s == nil {
		s = b.add(p)
		b.bar[p.Stage] = s
	}
	done, total := int64(p.Done), int64(p.Total)
	if total == 0 {
		total = done + 1 // not known: the bar moves without an end
	}
	if p.Ended {
		done = total
	}
	switch {
	case p.Cached:
		s.say(clip("cached "+p.Detail, 44))
	case p.Detail != "" || p.Ended:
		s.say(clip(p.Detail, 44))
	case p.Total == 0 && p.Done > 0:
		s.say(fmt.Sprintf("%d objects", p.Done))
	}
	s.bar.SetTotal(total, false)
	s.bar.SetCurrent(min(done, total))
	if p.Ended {
		s.bar.SetTotal(total, true)
	}
}

func (b *bars) add(p pipeline.Progress) *stageBar {
	s := &stageBar{}
	s.bar = b.pool.New(max(int64(p.Total), 1),
		mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.PrependDecorators(decor.Name(string(p.Stage), decor.WC{W: 16, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS, decor.WC{W: 6}), decor.Any(s.text, decor.WC{W: 1, C: decor.DextraSpace})),
	)
	return s
}

// close ends the bars of stages that never did, as after an interrupt.
func (b *bars) close() {
	b.mu.Lock()
	for _, s := range b.bar {
		if !s.bar.Completed() {
			s.bar.Abort(false)
		}
	}
	b.mu.Unlock()
	b.pool.Wait()
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
