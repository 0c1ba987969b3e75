// SPDX-License-Identifier: MIT

package guest

import (
	"bufio"
	"io"
	"os"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// locksPath lists lock classes and what is taken while they are held.
const locksPath = "/proc/lockdep"

// maxLocks is how much of it is read: 6.12 in our configuration has 62 kB, and
// lockdep's tables end at about a hundred times that.
const maxLocks = 8 << 20

// A rule says that lockdep must know that to is taken while from is held,
// directly or with other locks between.
type rule struct{ from, to string }

// primed returns what dma_resv_lockdep() teaches lockdep at boot, in its order
// (drivers/dma-buf/dma-resv.c). Without CONFIG_MMU_NOTIFIER it leaves the
// notifier out, and then every rule with it is missing: that half cannot be
// checked on such a kernel.
func primed() []rule {
	return []rule{
		{"&mm->mmap_lock", "reservation_ww_class_acquire"},
		{"reservation_ww_class_acquire", "reservation_ww_class_mutex"},
		{"reservation_ww_class_mutex", "fs_reclaim"},
		{"fs_reclaim", "&mapping->i_mmap_rwsem"},
		{"fs_reclaim", "mmu_notifier_invalidate_range_start"},
		{"mmu_notifier_invalidate_range_start", "dma_fence_map"},
		{"fs_reclaim", "dma_fence_map"},
	}
}

// primingState looks for the rules in /proc/lockdep. The text says why it
// could not.
func primingState(path string) (wire.Priming, string) {
	f, err := os.Open(path)
	if err != nil {
		return wire.Priming{}, err.Error()
	}
	defer f.Close()
	after := parseLocks(io.LimitReader(f, maxLocks))
	if len(after) == 0 {
		return wire.Priming{}, "no dependencies in " + path
	}
	p := wire.Priming{Checked: true}
	for _, r := range primed() {
		if !after.path(r.from, r.to) {
			p.Missing = append(p.Missing, r.from+" -> "+r.to)
		}
	}
	return p, ""
}

// A lockGraph has for each lock class those that are taken next while it is
// held. A class has a name of its own: of several with one name all but the
// first end in #N (print_name in kernel/locking/lockdep_proc.c).
type lockGraph map[string][]string

// parseLocks reads /proc/lockdep, l_show in kernel/locking/lockdep_proc.c:
//
//	00000000258166b6 OPS:   14208 FD:   12 BD:   84 +.+.: fs_reclaim
//	 -> [000000005e555495] mmu_notifier_invalidate_range_start
//
// Without CONFIG_PROVE_LOCKING there are no dependencies, and the result is
// empty.
func parseLocks(r io.Reader) lockGraph {
	after, class := lockGraph{}, ""
	for s := bufio.NewScanner(r); s.Scan(); {
		line := s.Text()
		if next, ok := strings.CutPrefix(line, " -> ["); ok {
			_, name, ok := strings.Cut(next, "] ")
			if ok && class != "" {
				after[class] = append(after[class], name)
			}
			continue
		}
		class = className(line)
	}
	return after
}

// className returns the name in the first line of a class, or "".
func className(line string) string {
	_, rest, ok := strings.Cut(line, " BD:")
	if !ok {
		return ""
	}
	_, usage, _ := strings.Cut(strings.TrimLeft(rest, " "), " ") // behind the number
	_, name, _ := strings.Cut(usage, ": ")
	return name
}

// path reports whether to can be reached from from.
func (g lockGraph) path(from, to string) bool {
	seen := map[string]bool{}
	var todo []string
	for class := range g {
		if isClass(class, from) {
			todo = append(todo, class)
		}
	}
	for len(todo) > 0 {
		class := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, next := range g[class] {
			if isClass(next, to) {
				return true
			}
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}

// isClass reports whether a class has the name, whatever its number is.
func isClass(class, name string) bool {
	rest, ok := strings.CutPrefix(class, name)
	return ok && (rest == "" || rest[0] == '#')
}
