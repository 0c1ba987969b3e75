// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"slices"

	"github.com/fencebot/fencebot/report/lockdep"
)

// Limits of a drawing, for hostile reports and for eyes: what is over them is
// counted in words.
const (
	maxBoxes = 24   // of a ring; the longest chains seen in the wild have 9
	maxRing  = 4096 // classes of a ring that are looked at
	maxRows  = 8    // locks in one box
	maxTasks = 6    // boxes of a hung task report
)

// Options says what is known beside the report. The zero value is a report of
// which nobody knows where it comes from.
type Options struct {
	Patch   int    // number of the patch that brings the finding, from 1; 0: not known
	Subject string // subject of that patch, from strangers; may be empty
	Series  bool   // the report is new with a series, whichever patch brings it
}

// A drawing is what Text and SVG show: boxes one below the other, and why each
// cannot go on before the next one does.
type drawing struct {
	lead  string // one sentence over the drawing
	note  string // who is suspected, if no box tells; may be empty
	boxes []box
	links []string // links[i] leads from box i to the next; the last one back to box 0
	ring  bool     // there is a last link
}

// A box is one code path.
type box struct {
	name  string // "A"; empty for a box that stands for several
	title string // who it is
	note  string // below the title: the suspect; may be empty
	fresh bool   // the path that the report caught
	hot   bool   // to be framed as the culprit
	rows  []row
}

// A row is one thing that a code path does with a lock, in order of time.
type row struct {
	verb    string // "holds", "waits for"
	lock    string
	meaning string // the lock in words; empty after its first mention
	fence   bool   // the lock is the mark of the annotated section
	waits   bool   // the path stops here
	places  []place
}

// A place is a function and, as far as it is known, its line.
type place struct {
	word     string // "in", "called by"
	function string
	site     string // "drivers/gpu/drm/vkms/vkms_crtc.c:201"; empty when not symbolized
	patch    int    // patch of the series that the line is of
}

// Has says whether there is a picture of s: reports with locks in them have one,
// if they are not too damaged to tell who holds what.
func Has(s lockdep.Splat) bool { return len(draw(s, Options{}).boxes) > 0 }

// draw chooses the kind of drawing. A drawing without boxes is none.
func draw(s lockdep.Splat, o Options) drawing {
	var d drawing
	switch s.Family {
	case lockdep.CircularDependency, lockdep.InconsistentState, lockdep.IRQInversion, lockdep.IRQSafeUnsafe:
		d = circle(s)
	case lockdep.RecursiveLocking:
		d = recursion(s)
	case lockdep.InvalidWaitContext, lockdep.AtomicSleep, lockdep.SchedulingAtomic:
		d = atomic(s)
	case lockdep.HungTask:
		d = hung(s)
	case lockdep.BadUnlockBalance, lockdep.LockHeldAtUser, lockdep.LocksStillHeld,
		lockdep.WorkqueueLeak, lockdep.HeldLockFreed:
		d = unbalanced(s)
	}
	d.blame(o)
	d.explain()
	return d
}

// blame notes the suspect: in the boxes with a line of a patch, and where no line is
// known over the whole drawing. The path that a report caught need not be the one
// that the series brings: the other one may just have run first.
func (d *drawing) blame(o Options) {
	known := slices.ContainsFunc(d.boxes, func(b box) bool { return b.patch() > 0 })
	for i := range d.boxes {
		b := &d.boxes[i]
		b.hot = b.fresh
		if n := b.patch(); known {
			b.hot = n > 0
			if n > 0 {
				b.note = brings(n, o)
			}
		}
	}
	switch {
	case known || len(d.boxes) == 0:
	case o.Patch > 0:
		d.note = brings(o.Patch, o)
	case o.Series:
		d.note = "New with this series."
	}
}

func brings(patch int, o Options) string {
	s := fmt.Sprintf("Patch %d brings this", patch)
	if patch != o.Patch || o.Subject == "" {
		return s + "."
	}
	return s + ": " + o.Subject
}

// patch is the first patch that a line of the box is of; 0 if there is none.
func (b box) patch() int {
	for _, r := range b.rows {
		for _, p := range r.places {
			if p.patch > 0 {
				return p.patch
			}
		}
	}
	return 0
}

// explain gives each lock that is no plain lock its meaning in words, where it is
// first held and where it is first waited for.
func (d *drawing) explain() {
	type mention struct {
		lock  string
		waits bool
	}
	seen := map[mention]bool{}
	for i := range d.boxes {
		for j := range d.boxes[i].rows {
			r := &d.boxes[i].rows[j]
			r.fence = isFence(r.lock)
			m := mention{r.lock, r.waits}
			if r.meaning == "" && !seen[m] {
				r.meaning = meaning(r.lock, r.waits)
			}
			seen[m] = true
		}
	}
}

// letter names the i-th box: A to Z, then A1.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprintf("%c%d", 'A'+i%26, i/26)
}
