// SPDX-License-Identifier: MIT

// Package harness carries test drivers of fencebot's own for the kernel: users
// of code that no device of a VM uses, so that it runs at all.
//
// A harness is no annotation, so it is none of package overlay's: it tells
// lockdep nothing and finds nothing by itself. It goes on base and series alike,
// always, also where annotations are not wanted: without it a plain mistake
// would look as if it needed them. It is for test kernels only. [All] is the
// list, [Series] what is to be applied.
//
// The package is data and pure: it applies nothing and knows no tree. A harness
// that does not fit a tree is left out on both sides, and the built-in tests that
// need it then skip. An error from here means that the program itself was built
// wrong.
//
// The patches in patches/ are GPL-2.0, as the kernel is; each says so.
package harness
