// SPDX-License-Identifier: MIT

// Package contract says which rule of the dma-fence contract a kernel report shows
// to be broken, in words for people who have never read a lockdep report.
//
// The contract is "DMA Fence Cross-Driver Contract" and "DMA Fence Signalling
// Annotations" in Documentation/driver-api/dma-buf.rst: code between
// dma_fence_begin_signalling() and dma_fence_end_signalling(), the section, must get
// to its end without waiting for anything that may itself wait for a fence. lockdep
// knows the section as a lock class, dma_fence_map, so a broken rule is a circle of
// lock classes through it.
//
// [Of] names a rule only where the report's family, classes and edges prove it, and
// "none" otherwise. What the stacks of the report tell goes into the text: who
// allocates, under which lock, in whose section. It does not look at source code, is
// pure, and cannot fail: of a damaged report it tells less.
package contract
