// SPDX-License-Identifier: MIT

package lockdep

// A Splat is one report of the kernel in a console log.
//
// Cycle begins with the lock that the task holds, From of the new edge. Each class
// is held while the next one is taken, and the last one while the first is. A
// recursion, and a lock that an interrupt takes while it is held, are a circle of
// one class. Where an interrupt is part of the circle, so is the edge of which
// [Edge.Interrupt] is true: nobody takes that lock under the one before, the
// interrupt comes while that one is held.
type Splat struct {
	Family    Family   `json:"family"`
	Title     string   `json:"title"`     // "possible circular locking dependency detected in vkms_crtc_atomic_begin"
	Function  string   `json:"function"`  // first frame that is no helper
	At        string   `json:"at"`        // place of the lock as the report names it; for lockups, the entry into what loops
	Line      int      `json:"line"`      // 1-based line of the log that holds the message
	Classes   []string `json:"classes"`   // lock classes in canonical names, in order of appearance
	Edges     []Edge   `json:"edges"`     // the graph: its nodes are in Locks
	Held      []Lock   `json:"held"`      // the lists under "N locks held by ..."
	Cycle     []string `json:"cycle"`     // classes in the order of taking, see below; empty where the report does not tell a whole circle
	Task      string   `json:"task"`      // "name/pid" as the report has it
	CPU       string   `json:"cpu"`       // "0"; empty where the report does not tell
	Kernel    string   `json:"kernel"`    // release: "6.12.117+"
	Taint     string   `json:"taint"`     // "G        W  OE"; empty when not tainted, or not told
	Subtest   string   `json:"subtest"`   // "kms_vblank@query-idle", from the last "[IGT] ..." line before it
	Signature string   `json:"signature"` // equal for the same bug across boots and builds, see [Splat.Canonical]
	Corrupted bool     `json:"corrupted"` // cut off, or mixed with other output
	Raw       string   `json:"raw"`       // the whole report, prefixes removed

	Usage string   `json:"usage"` // "{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}", "context-{4:4}", what RCU complains of; empty if the family has none
	Locks []Lock   `json:"locks"` // every lock the report is about, in order of appearance
	Trace []Frame  `json:"trace"` // stack of the report itself, innermost frame first
	Chain []Link   `json:"chain"` // the existing dependency chain as printed, from #N down to #0
	Also  []Family `json:"also"`  // what followed from it: the panic after a warning, the BUG() after a bad list
}

// An Edge says that lock To was taken while From was held.
//
// lockdep keeps one stack per dependency, that of To. FromStack is told outright
// for the edge that an interrupt makes. Elsewhere it is the part of Stack from the
// function on that is known to take From, and a single frame where that function
// has returned.
type Edge struct {
	From      string  `json:"from"`
	To        string  `json:"to"`
	Context   string  `json:"context"`       // how To was taken, as far as it is told: [Interrupts] and the words below it, joined by ", "
	Stack     []Frame `json:"stack"`         // where To was taken, innermost frame first
	FromStack []Frame `json:"from_stack"`    // where From was taken; empty when it is not told
	New       bool    `json:"new,omitempty"` // the one that closes the circle: what the task was about to do
}

// A Lock is one mention of a lock, as print_lock() and print_lock_name() in
// kernel/locking/lockdep.c write it.
type Lock struct {
	Class    string `json:"class"`     // canonical name, see [CanonicalClass]
	Name     string `json:"name"`      // as printed, with the counter "#2"
	Usage    string `json:"usage"`     // "+.+." of {+.+.}; empty where the report prints none
	WaitType string `json:"wait_type"` // "3:3" of -{3:3}; empty before Linux 5.7
	Function string `json:"function"`  // that took it; empty where the report prints none
	Task     string `json:"task"`      // "name/pid" that holds it; empty outside of lists of held locks
}

// A Link is one "-> #k" of the existing dependency chain: the stack shows how Lock
// was taken while the lock of the next Link, #k-1, was held. The last Link, #0, is
// what the task is about to take.
type Link struct {
	Lock  Lock    `json:"lock"`
	Trace []Frame `json:"trace"`

	number int
}

// A Frame is one line of a stack trace.
type Frame struct {
	Function string `json:"function"`          // without .isra, .constprop, .part and .cold endings
	File     string `json:"file,omitempty"`    // path in the source tree; only when symbolized
	Line     int    `json:"line,omitempty"`    // only when symbolized
	Offset   string `json:"offset"`            // "0x38/0x4d"; empty for inlined frames
	Reliable bool   `json:"reliable"`          // false for frames with a question mark
	Inlined  bool   `json:"inlined,omitempty"` // the compiler put it into the next frame of the list
	Patch    int    `json:"patch,omitempty"`   // patch of the series that adds or moves this line; 0: none
}

// A Family is the kind of a report, in the words of docs/families.md.
type Family string
