// SPDX-License-Identifier: MIT

package qemu

import "github.com/fencebot/fencebot/qemu/wire"

// strikes is how many boots in a row the first job of one group may end before
// the rest of the group is given up. The jobs of a group, one binary on one
// driver, mostly meet the same bug, and each time costs a boot.
const strikes = 4

// A schedule is what is still to run. Jobs start in the order of the list; only
// when one of them ends a boot, the rest of its group goes behind all others,
// so that the bug of one driver does not use up the reboots of the others.
type schedule struct {
	jobs   []wire.Job
	left   []int          // indexes into jobs, in order
	struck map[string]int // boots in a row that a group's first job ended
}

func newSchedule(jobs []wire.Job) *schedule {
	s := &schedule{jobs: jobs, left: make([]int, len(jobs)), struck: map[string]int{}}
	for i := range jobs {
		s.left[i] = i
	}
	return s
}

// plan returns the jobs of the next boot.
func (s *schedule) plan() []wire.Job {
	jobs := make([]wire.Job, 0, len(s.left))
	for _, i := range s.left {
		jobs = append(jobs, s.jobs[i])
	}
	return jobs
}

// ran notes that a boot started the first n jobs that were left. When some are
// left after it, the last of the n ended the boot. A hang costs the test's whole
// limit and so counts twice.
func (s *schedule) ran(n int, hung bool) {
	if n == 0 {
		return
	}
	g := group(s.jobs[s.left[n-1]])
	s.left = s.left[n:]
	if n > 1 {
		s.struck[g] = 0
	}
	s.struck[g]++
	if hung {
		s.struck[g]++
	}
	var others, same []int
	for _, i := range s.left {
		if group(s.jobs[i]) == g {
			same = append(same, i)
		} else {
			others = append(others, i)
		}
	}
	if s.struck[g] >= strikes {
		same = nil
	}
	s.left = append(others, same...)
}

func group(j wire.Job) string { return j.Binary + " " + j.Driver }
