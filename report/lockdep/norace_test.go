// SPDX-License-Identifier: MIT

//go:build !race

package lockdep_test

const raceEnabled = false
