// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// hostile are logs of n bytes or a little more, made to cost more than their size.
var hostile = map[string]func(n int) string{
	"one line":        func(n int) string { return strings.Repeat("BUG: scheduling while atomic ", n/29) },
	"one line of CRs": func(n int) string { return "\n" + strings.Repeat("x\r", n/2) },
	"one CR far away": func(n int) string { return strings.Repeat("x\n", n/2) + "\r" },
	"escapes":         func(n int) string { return repeatLines("\x1b[1m\x1b[", 1000, n) },
	"open brackets":   func(n int) string { return repeatLines("[ ", 4000, n) },
	"stamps":          func(n int) string { return repeatLines("[    1.123456]", 500, n) },
	"stamps, callers": func(n int) string { return callers(n) },
	"records": func(n int) string {
		return strings.Repeat("4,1,1,-;"+strings.Repeat(`BUG: memory leak\x0a`, 400)+"\n", n/7608+1)
	},
	"links":            func(n int) string { return begun() + repeatLines("-> #0", 1, n) },
	"links with locks": func(n int) string { return begun() + numbered("-> #%d (b%[1]d){....}:\n", n) },
	"locks":            func(n int) string { return begun() + numbered("ff00000000000001 (a%d){....}, at: x+0x1/0x2\n", n) },
	"held": func(n int) string {
		return begun() + numbered("1 lock held by a/%d:\n #0: (a%[1]d){....}, at: x+0x1/0x2\n", n)
	},
	"torn locks": func(n int) string { return begun() + repeatLines("ff00000000000001 (", 1, n) },
	"chains":     func(n int) string { return begun() + numbered("Chain exists of:\n  a%d --> b --> c\n", n) },
	"dependencies": func(n int) string {
		return begun() + "the dependencies between x:\n" + numbered("-> (a%d){....} ops: 1 {\n ... acquired at:\n", n)
	},
	"frames":       func(n int) string { return begun() + "stack backtrace:\n" + numbered(" fn%d+0x1/0x2\n", n) },
	"starts":       func(n int) string { return numbered("INFO: task a:%d blocked for more than 1 seconds.\n", n) },
	"false starts": func(n int) string { return repeatLines("INFO: ", 1, n) },
	"nested":       func(n int) string { return begun() + repeatLines("(((({{{{-> -> (", 100, n) },
	"rules":        func(n int) string { return repeatLines(strings.Repeat("=", 40), 1, n) },
	"cut here":     func(n int) string { return repeatLines("------------[ cut here ]------------", 1, n) },
	"panics":       func(n int) string { return begun() + repeatLines("Kernel panic - not syncing: x", 1, n) },
	"one dump":     func(n int) string { return repeatLines("Panic#1 Part1", 1, n) },
	"dumps":        func(n int) string { return numbered("Panic#%d Part1\nx\n", n) },
	"boots":        func(n int) string { return repeatLines("Linux version 6.12", 1, n) },
	"subtests":     func(n int) string { return repeatLines("[IGT] a: starting subtest b", 1, n) },
}

func begun() string { return "WARNING: possible circular locking dependency detected\n" }

// repeatLines is text, times in a line, for n bytes.
func repeatLines(text string, times, n int) string {
	line := strings.Repeat(text, times) + "\n"
	return strings.Repeat(line, n/len(line)+1)
}

// numbered counts in a line of its own.
func numbered(form string, n int) string {
	var out strings.Builder
	for i := 0; out.Len() < n; i++ {
		fmt.Fprintf(&out, form, i)
	}
	return out.String()
}

// callers is a report of another task in every message, many of them in a line.
func callers(n int) string {
	var out strings.Builder
	for i := 0; out.Len() < n; i++ {
		fmt.Fprintf(&out, "[    1.123456][T%d] BUG: memory leak", i)
		if i%100 == 99 {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// cost is what a log takes: the bytes that were searched for the ends of lines, and
// the bytes that were allocated. It depends on nothing but the log.
func cost(t *testing.T, log string) (searched, allocated int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l := NewLog(strings.NewReader(log), Options{})
	for _, err := range l.Splats() {
		if err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	return l.in.work, int(after.TotalAlloc - before.TotalAlloc)
}

// Not parallel: it counts what the whole process allocates.
func TestHostileLogsAreLinear(t *testing.T) {
	const n, fixed = 192 << 10, 1 << 20
	for name, make := range hostile {
		t.Run(name, func(t *testing.T) {
			small, large := make(n), make(2*n)
			searched, allocated := cost(t, small)
			searched2, allocated2 := cost(t, large)
			if searched > 5*len(small) || searched2 > 5*len(large) {
				t.Errorf("searched %d and %d bytes in %d and %d", searched, searched2, len(small), len(large))
			}
			if allocated2 > 5*allocated/2+fixed {
				t.Errorf("allocated %d bytes for %d of log, %d for twice as much", allocated, len(small), allocated2)
			}
		})
	}
}

// BenchmarkHostile shows the same by the clock: MB/s must not fall with the size.
func BenchmarkHostile(b *testing.B) {
	for name, make := range hostile {
		for _, n := range []int{1 << 20, 4 << 20, 16 << 20} {
			b.Run(fmt.Sprintf("%s/%dMB", strings.ReplaceAll(name, " ", "-"), n>>20), func(b *testing.B) {
				log := []byte(make(n))
				b.SetBytes(int64(len(log)))
				for b.Loop() {
					scanAll(b, bytes.NewReader(log))
				}
			})
		}
	}
}
