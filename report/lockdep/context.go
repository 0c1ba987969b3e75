// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// The words of [Edge.Context]. The first ones say where the lock was taken, the
// last ones how. A word is there only if the report tells it: by a usage bit
// ({IN-HARDIRQ-W}), the state of the task ([HC0[0]:SC0[0]:HE0:SE1]), the table of
// the scenario (rlock, sync), or the function that took the lock
// (_raw_spin_lock_irqsave, down_read).
const (
	Interrupts    = "interrupts"     // not by the holder of From: an interrupt, or reclaim, comes while From is held
	InHardirq     = "hardirq"        // in a hard interrupt
	InSoftirq     = "softirq"        // in a soft interrupt
	InNMI         = "nmi"            // in a non-maskable interrupt
	InReclaim     = "reclaim"        // in memory reclaim; a usage bit until Linux 4.14, the lock fs_reclaim since
	IRQsOff       = "irqs off"       // by a task, with interrupts disabled
	SoftirqsOff   = "softirqs off"   // by a task, with only soft interrupts disabled
	Read          = "read"           // shared; a waiting writer may hold further readers up
	RecursiveRead = "recursive read" // shared, and a waiting writer is passed by: RCU
	Write         = "write"          // exclusive
	Sync          = "sync"           // waited for, not held: lock_sync(), synchronize_srcu()
)

// Interrupt reports whether no task takes To under From, but an interrupt that comes
// while From is held.
func (e Edge) Interrupt() bool { return strings.HasPrefix(e.Context, Interrupts) }

// where is the place that a task's state tells.
func (s irqState) where() string {
	switch {
	case !s.known:
		return ""
	case s.hard:
		return InHardirq
	case s.soft:
		return InSoftirq
	case !s.hardOn:
		return IRQsOff
	case !s.softOn:
		return SoftirqsOff
	}
	return ""
}

// bitContext is what a usage bit tells of the place and of the way.
func bitContext(bit string) (where, how string) {
	switch {
	case strings.HasPrefix(bit, "IN-HARDIRQ"):
		where = InHardirq
	case strings.HasPrefix(bit, "IN-SOFTIRQ"):
		where = InSoftirq
	case strings.HasPrefix(bit, "IN-NMI"):
		where = InNMI
	case strings.HasPrefix(bit, "IN-RECLAIM_FS"):
		where = InReclaim
	}
	switch {
	case strings.HasSuffix(bit, "-W"):
		how = Write
	case strings.HasSuffix(bit, "-R"):
		how = Read
	}
	return where, how
}

// maxLeaf is how many sure frames of a stack are looked at for the function that took the
// lock: lockdep's own, and the covers of the lock.
const maxLeaf = 12

// stackContext reads place and way off the functions on top of a stack.
func stackContext(stack []Frame) (where, how string) {
	seen := 0
	for _, f := range stack {
		if !f.Reliable {
			continue
		}
		if seen++; seen > maxLeaf {
			break
		}
		if h := howTaken(f.Function); h != "" {
			return whereTaken(f.Function), h
		}
		if !machinery(f.Function) && !helper(f.Function) {
			break
		}
	}
	return "", ""
}

func whereTaken(fn string) string {
	switch {
	case strings.HasSuffix(fn, "_irqsave"), strings.HasSuffix(fn, "_irq"):
		return IRQsOff
	case strings.HasSuffix(fn, "_bh"):
		return SoftirqsOff
	}
	return ""
}

// howTaken knows the functions that take locks (include/linux/{spinlock,rwlock,
// rwsem,mutex,rcupdate,srcu}.h, drivers/dma-buf/dma-fence.c).
func howTaken(fn string) string {
	switch fn {
	case "dma_fence_begin_signalling":
		return Read
	case "__dma_fence_might_wait", "fs_reclaim_acquire", "__fs_reclaim_acquire":
		return Write
	case "__synchronize_srcu", "synchronize_srcu":
		return Sync
	}
	for _, t := range lockFunctions {
		if strings.HasPrefix(fn, t.prefix) {
			return t.how
		}
	}
	return ""
}

// lockFunctions are the beginnings of names of functions that take a lock.
var lockFunctions = [...]struct{ prefix, how string }{
	{"_raw_read_lock", Read}, {"down_read", Read}, {"percpu_down_read", Read}, {"rt_read_lock", Read},
	{"srcu_read_lock", Read}, {"rcu_read_lock", RecursiveRead}, {"rcu_lock_acquire", RecursiveRead},
	{"_raw_write_lock", Write}, {"down_write", Write}, {"percpu_down_write", Write}, {"rt_write_lock", Write},
	{"_raw_spin_lock", Write}, {"_raw_spin_trylock", Write}, {"rt_spin_lock", Write}, {"mutex_lock", Write},
	{"__mutex_lock", Write}, {"ww_mutex_lock", Write}, {"__ww_mutex_lock", Write}, {"rt_mutex_lock", Write},
}

// joinContext puts the words together that are known.
func joinContext(words ...string) string {
	known := words[:0:0]
	for _, w := range words {
		if w != "" {
			known = append(known, w)
		}
	}
	return strings.Join(known, ", ")
}

// contextOf is the context of a lock that was taken on stack.
func contextOf(stack []Frame) string {
	where, how := stackContext(stack)
	return joinContext(where, how)
}
