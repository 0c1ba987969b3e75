// SPDX-License-Identifier: MIT

package contract

import "cmp"

// A Rule is one sentence of the contract, or one of the rules of locking beside it.
type Rule struct {
	Name        string `json:"rule"`        // "alloc-in-signalling"
	Explanation string `json:"explanation"` // what went wrong, and why it is a deadlock; plain text
	Advice      string `json:"advice"`      // what usually mends it; plain text, empty for none
	Doc         string `json:"doc"`         // address of the section of the kernel's documentation; empty for none
}

// Names of the rules.
const (
	AllocInSignalling       = "alloc-in-signalling"
	ResvLockInSignalling    = "resv-lock-in-signalling"
	ModesetLockInSignalling = "modeset-lock-in-signalling"
	MmapLockInSignalling    = "mmap-lock-in-signalling"
	ConsoleLockInSignalling = "console-lock-in-signalling"
	FlushWorkInSignalling   = "flush-work-in-signalling"
	WaitUnderSignallingLock = "wait-under-lock-needed-to-signal"
	WaitInReclaim           = "wait-in-reclaim"
	UnbalancedAnnotation    = "unbalanced-annotation"
	SleepInAtomic           = "sleep-in-atomic"
	IRQ                     = "irq"
	LockOrder               = "lock-order"
	None                    = "none"
)

// Sections of the kernel's documentation. The contract itself is written in
// drivers/dma-buf/dma-fence.c, "DOC: fence cross-driver contract" and "DOC: fence
// signalling annotation".
const (
	crossDriverDoc = "https://docs.kernel.org/driver-api/dma-buf.html#dma-fence-cross-driver-contract"
	annotationDoc  = "https://docs.kernel.org/driver-api/dma-buf.html#dma-fence-signalling-annotations"
	sleepDoc       = "https://docs.kernel.org/kernel-hacking/hacking.html#recipes-for-deadlock"
	irqDoc         = "https://docs.kernel.org/locking/lockdep-design.html#single-lock-state-rules"
	orderDoc       = "https://docs.kernel.org/locking/lockdep-design.html#multi-lock-dependency-rules"
)

// Rules returns all rules in general words, the most specific ones first.
func Rules() []Rule {
	all := make([]Rule, len(texts))
	for i, t := range texts {
		all[i] = t.rule(telling{})
	}
	return all
}

// A text is what there is to say about a rule.
type text struct {
	name    string
	general string // what went wrong, when the report does not tell more
	why     string // why that is a deadlock
	advice  string
	doc     string
}

// A telling is what a report tells of a case; what is empty is told in the general
// words of the rule.
type telling struct {
	happened, why, advice string
}

// rule puts a rule together.
func (t text) rule(of telling) Rule {
	explanation := cmp.Or(of.happened, t.general)
	if why := cmp.Or(of.why, t.why); why != "" {
		explanation += " " + why
	}
	return Rule{Name: t.name, Explanation: explanation, Advice: cmp.Or(of.advice, t.advice), Doc: t.doc}
}

// textOf finds the text of a rule; every name above has one.
func textOf(name string) text {
	for _, t := range texts {
		if t.name == name {
			return t
		}
	}
	return texts[len(texts)-1]
}
