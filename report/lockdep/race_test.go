// SPDX-License-Identifier: MIT

//go:build race

package lockdep_test

// raceEnabled makes the memory test read less: the race detector is ten times slower.
const raceEnabled = true
