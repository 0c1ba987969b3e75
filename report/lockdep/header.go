// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// header reads the lines that name the locks a report is about.
func (p *parser) header(text string) {
	p.identity.line(text)
	if p.family == WorkqueueLockup {
		p.worker(text)
		return
	}
	if rest, ok := strings.CutPrefix(text, "inconsistent {"); ok {
		p.usage = strings.ToUpper(strings.TrimSuffix("{"+rest, " usage.")) // lower case before Linux 2.6.31
		return
	}
	if p.family == SuspiciousRCU && p.usage == "" {
		p.usage = rcuUsage(text)
	}
	if _, state, ok := strings.Cut(text, " [HC"); ok {
		p.state = readState(state)
	}
	if name, ok := lockOf(text); ok {
		p.locks = append(p.locks, Lock{Class: CanonicalClass(name), Name: name})
		p.next = wantsAt
		return
	}
	for _, before := range []string{"last function: ", "workfn="} { // the latter in newer kernels
		if _, fn, ok := strings.Cut(text, before); ok && p.last == "" {
			fn, _, _ = strings.Cut(strings.TrimSpace(fn), " ")
			p.last = StripSuffix(fn)
		}
	}
	if l, rest, ok := parseLock(text); ok && len(p.locks) < maxLocks {
		p.lock(l)
		p.taken(l.Class, rest)
	}
}

// rcuUsage reads "net/tipc/bearer.c:177 suspicious rcu_dereference_check() usage!" of
// lockdep_rcu_suspicious(): what was wrong, and in which file. The line is left out:
// it changes with every kernel.
func rcuUsage(text string) string {
	place, what, ok := strings.Cut(text, " ")
	file, line, colon := strings.Cut(place, ":")
	if !ok || !colon || !digits([]byte(line)) || !strings.Contains(file, ".") {
		return ""
	}
	return strings.TrimRight(what, "!") + " in " + sourcePath(file)
}

// lock files a lock of the header under what the line before said about it.
func (p *parser) lock(l Lock) {
	switch p.role {
	case isSafe:
		p.safe = l
	case isUnsafe:
		p.unsafe = l
	}
	p.role = plain
	p.locks = append(p.locks, l)
	if p.at == "" {
		p.at = l.Function
	}
}

// lockOf reads "a/1 is trying to release lock (name) at:", in the words of
// print_unlock_imbalance_bug() and print_lock_contention_bug().
func lockOf(text string) (string, bool) {
	for _, verb := range []string{"release lock (", "contend lock ("} {
		if _, rest, ok := strings.Cut(text, verb); ok {
			i := strings.LastIndex(rest, ") at:")
			return rest[:max(i, 0)], i > 0
		}
	}
	return "", false
}

// dependency reads "(a){..} -> (b){..}", the new edge of an irq-safe-unsafe report.
func (p *parser) dependency(text string) bool {
	from, rest, ok := parseLock(text)
	if !ok {
		return false
	}
	to, _, ok := parseLock(rest)
	if ok {
		p.newDep = []Lock{from, to}
	}
	return ok
}

// An irqState is what "[HC0[0]:SC0[0]:HE1:SE1]" says of the task: whether it is in a
// hard or soft interrupt (the counters in brackets are of the CPU), and whether it
// has them enabled.
type irqState struct {
	known, hard, soft, hardOn, softOn bool
}

// readState reads what follows " [HC".
func readState(s string) irqState {
	s, _, ok := strings.Cut(s, " ")
	if !ok || s == "" {
		return irqState{}
	}
	return irqState{
		known: true, hard: s[0] != '0', soft: strings.Contains(s, "SC") && !strings.Contains(s, "SC0"),
		hardOn: strings.Contains(s, "HE1"), softOn: strings.Contains(s, "SE1"),
	}
}
