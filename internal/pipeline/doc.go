// SPDX-License-Identifier: MIT

// Package pipeline runs the stages of a check in their order: apply, build the
// base and every prefix of the series, boot both kernels with the same plan,
// replay on the base what looks new, compare.
//
// A Checker starts from a series or a range and returns a report.Report. Bad
// news about the series (a conflict, a build that breaks, a splat) is in the
// report; an error means that fencebot, the host or the context failed, and
// then there is no report worth showing. It refuses an incomplete series and
// a base that the tree does not have before anything is built.
//
// Results of the base are cached under a key that holds everything that can
// change them. Nothing that a series made is ever kept for the next one.
package pipeline
