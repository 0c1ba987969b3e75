// SPDX-License-Identifier: MIT

// Package expect reads the lists that say which IGT tests fail today, and judges
// results by them.
//
// The lists are those that the kernel keeps for its own CI under
// drivers/gpu/drm/ci/xfails (Documentation/gpu/automated_testing.rst): fails
// (what fails, and how), flakes (what goes both ways) and skips (patterns of
// what must not run). They are read as they are, comments with whole oopses in
// them included. A list holds for one kernel and one version of IGT.
//
// The package does not run tests and takes no view on kernel logs: a splat
// counts whatever a list says. A line that makes no sense is a [*LineError],
// for a list that is read wrong would excuse what it should not.
package expect
