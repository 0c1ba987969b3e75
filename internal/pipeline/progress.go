// SPDX-License-Identifier: MIT

package pipeline

import "time"

// A Stage is one step of a check, in the words that a person sees.
type Stage string

// The stages of a check, in their order. A stage that a cache answers is
// reported with Progress.Cached.
const (
	StageApply  Stage = "apply"
	StageWarm   Stage = "prepare base"
	StageBase   Stage = "build base"
	StageBuild  Stage = "build series"
	StageBootB  Stage = "test base"
	StageBoot   Stage = "test series"
	StageRetry  Stage = "run again"
	StageReplay Stage = "replay on base"
	StageBlame  Stage = "find the patch"
)

// Progress is one thing to tell whoever waits.
type Progress struct {
	Stage  Stage
	Done   int           // steps done: objects compiled, patches built, tests begun
	Total  int           // steps in all; 0 when not known
	Detail string        // what is going on now: a patch, a test
	Cached bool          // answered from a cache
	Ended  bool          // the stage is over
	Took   time.Duration // of the whole stage, when Ended
}

// stage reports the begin of a stage and returns functions that report a step
// and the end of it.
func (c *Checker) stage(name Stage, total int) (step func(done int, detail string), end func(detail string)) {
	began := time.Now()
	c.tell(Progress{Stage: name, Total: total})
	step = func(done int, detail string) {
		c.tell(Progress{Stage: name, Done: done, Total: total, Detail: detail})
	}
	end = func(detail string) {
		c.tell(Progress{Stage: name, Done: total, Total: total, Detail: detail, Ended: true, Took: time.Since(began)})
	}
	return step, end
}

func (c *Checker) tell(p Progress) {
	if c.opts.Progress != nil {
		c.opts.Progress(p)
	}
}
