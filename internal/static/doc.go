// SPDX-License-Identifier: MIT

// Package static looks for calls that the dma-fence contract forbids in driver
// code that no virtual machine runs.
//
// Coccinelle reads the C: spatch, in the sandbox, lists the direct calls of
// every function and the hooks that a driver gives to the drm scheduler, to the
// atomic helpers and to dma_fence (facts.cocci). Package static knows which of
// these hooks, and which lines, the path to a fence's signal leads through,
// follows direct calls from there inside of the driver, and names what such a
// path must not do. [Check] does it for the base and for the tip of a series,
// both with their overlays, and returns only what the tip has and the base has
// not.
//
// It is a look and no run. A branch that is never taken counts, a call through
// a pointer does not, a flag that is no constant is trusted. A warning is
// therefore something to read, and no verdict. docs/static.md lists what the
// check cannot see.
//
// Without spatch there is no check, and [Result.Note] says so. A stranger's
// source that spatch cannot read, or not in time, is a note as well. An error is
// that of git, of the sandbox or of the context.
package static
