// SPDX-License-Identifier: MIT

package qemu

import (
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// A JobResult is what is known of one job.
type JobResult struct {
	Index   int // of the job in the list that RunAll was given
	Job     wire.Job
	Boot    int         // index of the boot that it ran in; -1 if it did not start
	Place   int         // position among the jobs of that boot's plan, from 0
	Result  wire.Result // NotRun: did not start; Incomplete: started, and the guest went away
	Exit    int         // exit status of the test
	Seconds float64     // at most a second more than passed by our clock
	Output  string      // lines of the test, hostile, at most 256 KiB
	Hung    bool        // it did not end even when killed, or the agent said nothing in time
	Before  wire.Lockdep
	After   wire.Lockdep // not known when the job did not end

	// Hits are the calls of fence functions while it ran, one for each probe and
	// caller; those at the end of a test program count for the job after it.
	Hits []wire.Hit
}

// Results returns one result for each of jobs, in order, from the boots of
// RunAll.
func Results(jobs []wire.Job, boots []Boot) []JobResult {
	all := make([]JobResult, len(jobs))
	for i, job := range jobs {
		all[i] = JobResult{Index: i, Job: job, Boot: -1, Result: wire.NotRun}
	}
	for n, b := range boots {
		for _, r := range b.Results {
			r.Boot = n
			all[r.Index] = r
		}
	}
	return all
}

// jobResults returns the results of the jobs that events say were started, for
// a boot whose plan was those of jobs that order names. Events must have gone
// through a ledger.
func jobResults(jobs []wire.Job, order []int, events []wire.Event) []JobResult {
	var (
		results []JobResult
		output  strings.Builder
		lockdep wire.Lockdep
	)
	finish := func() {
		if n := len(results); n > 0 {
			results[n-1].Output = output.String()
		}
		output.Reset()
	}
	for _, ev := range events {
		switch ev.Kind {
		case wire.Ready:
			lockdep = ev.Lockdep
		case wire.Start:
			finish()
			i := order[ev.Index]
			results = append(results, JobResult{Index: i, Place: ev.Index, Job: jobs[i], Result: wire.Incomplete, Before: lockdep})
		case wire.Output:
			output.WriteString(ev.Text)
			output.WriteByte('\n')
		case wire.Hang:
			r := &results[len(results)-1]
			r.Hung, r.Result = true, wire.Timeout
		case wire.End:
			r := &results[len(results)-1]
			r.Result, r.Exit, r.Seconds, r.After = ev.Result, ev.Exit, ev.Seconds, ev.Lockdep
			lockdep = ev.Lockdep
		case wire.Hits:
			if n := len(results); n > 0 {
				results[n-1].Hits = addHits(results[n-1].Hits, ev.Hits)
			}
		case wire.Done:
			// The last test's program ends only now.
			if n := len(results); n > 0 && results[n-1].After.Alive && ev.Lockdep.Known {
				results[n-1].After = ev.Lockdep
			}
		}
	}
	finish()
	return results
}

// started returns how far into its plan a boot got. Jobs run in order, so those
// before the last one that was started are not tried again.
func (b *Boot) started() int {
	if n := len(b.Results); n > 0 {
		return b.Results[n-1].Place + 1
	}
	return 0
}
