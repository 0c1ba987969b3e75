// SPDX-License-Identifier: MIT

// Package picture draws who waits for whom in a report of the kernel's lock
// checker, for people who have never read one: as plain text for mail ([Text]) and
// as SVG for pages ([SVG]).
//
// A drawing is a column of boxes. Each box is one code path with the locks that it
// holds and the one that it waits for; arrows lead from each box to the one that it
// waits for, and back to the first. The box that the report caught comes first and
// is framed differently, by line and by colour. Classes that are no locks but marks
// (dma_fence_map, fs_reclaim) are explained in words.
//
// The package refuses to draw what it does not know: an order that a cut report
// does not tell is drawn as such, and reports without locks (KASAN, oops) have no
// picture. All names are strangers': they are cut to the width of a box, and can
// neither break a frame nor reach the markup. Nothing here depends on time, on fonts
// or on other programs, and equal reports give equal bytes. The only errors are
// [ErrNone] and that of the writer.
//
// The layout is our own. The one form that is drawn is a column, and what
// go-graphviz costs for it is too much for a program that is also the init of a
// guest: at package init it compiles Graphviz from WebAssembly (0.4 s and 38 MB on
// every start, 7.4 MB of program), and it loads machine code from a directory of
// fixed name in /tmp that others may have made.
package picture
