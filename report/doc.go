// SPDX-License-Identifier: MIT

// Package report compares what two kernels did and says what to make of it.
//
// The same plan ran on the base and on the patched kernel. [Compare] takes
// both, the builds and the conflict if there was one, and returns a [Verdict]:
// one [Word], the findings that count against the series, and what the base
// shows as well. A [Report] is the verdict with everything a reader needs to
// check it and to run it again.
//
// The package is pure: no files, no clock, no processes, and no knowledge of
// who asked. It has no errors either. A series that is bad, a machine that did
// not work and a run that tested nothing are all values, told apart by the
// Word. What it refuses is to call a run a pass without proof: without a
// result of the base, without lockdep, or without a test that ran there is no
// [Pass].
package report
