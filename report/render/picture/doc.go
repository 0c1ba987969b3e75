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
// The layout is our own: the one form that is drawn is a column. go-graphviz was
// measured (v0.2.10) and refused, as this program is also the init of a guest and
// runs as root. At package init, so on every start, it compiles Graphviz from
// WebAssembly (0.4 to 0.7 s, 38 MB; 32 ms when that is cached), it adds 6.5 MB to
// 14, and the cache is machine code that it loads from /tmp/go-graphviz, a
// directory that anybody may have made before.
package picture
