// SPDX-License-Identifier: MIT

// Package overlay carries fencebot's own annotation patches for the kernel.
//
// Most of the code that a dma_fence depends on is not marked with
// dma_fence_begin_signalling(), and without the mark lockdep is silent. The
// patches here mark it, one path of the kernel each, along the 17 patches of the
// RFC "dma-fence lockdep annotations" (dri-devel, 2020) and a few paths more.
// They go on top of the base and of the series alike and are for test kernels
// only. [All] is the table, [Overlay.Series] one patch ready to apply.
//
// The package is data and pure: it applies nothing and knows no tree. Whether a
// patch fits one is found out by trying; one that does not is dropped on both
// sides. An error from here means that the program itself was built wrong.
//
// [Aids] are two more patches, which annotate nothing: with the kernel flavour
// wide they let tests run through annotated code that no real device reaches.
//
// The patches in patches/ and aids/ change GPL-2.0 code and are under that
// licence; each says so.
package overlay
