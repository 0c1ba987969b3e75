// SPDX-License-Identifier: MIT

// Package uapi holds the structures and request numbers of the kernel
// interfaces that the fence tests use: DRM, dma-buf, sync_file, sw_sync,
// dma-heap and udmabuf, for 64-bit Linux.
//
// Each type names the C structure it mirrors and each group of requests the
// header it comes from, all below include/uapi of Linux 6.12 unless said
// otherwise. Sizes are held against the C compiler's in the tests.
//
// Call is the only function that reaches the kernel. It retries on EINTR, and
// else returns the errno bare, so that a test can compare it; it refuses
// nothing.
package uapi
