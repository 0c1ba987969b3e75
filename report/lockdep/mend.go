// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// maxMend is the number of lines within which the rest of a torn lock must follow.
const maxMend = 12

// mend puts a lock together again that the kernel printed in pieces. print_lock()
// writes the address, " (", the name, its counter, "){+.+.}-{3:3}" and ", at: fn"
// with one printk() each; when another CPU prints in between, every piece gets a
// line of its own.
//
// It returns the whole line, and false while pieces are missing.
func (p *parser) mend(text string) (string, bool) {
	if p.section != inHeader && p.section != inChain && p.section != inHeld && p.section != inOtherHeld {
		p.torn = ""
		return text, true
	}
	if p.torn == "" {
		if !tornLock(text) {
			return text, true
		}
		p.torn, p.tornLines = text, 0
		return "", false
	}
	if p.tornLines++; p.tornLines > maxMend {
		p.torn = ""
		return text, true
	}
	if otherLine(text) {
		return text, true
	}
	if strings.HasPrefix(text, "(") {
		text = " " + text
	}
	whole := p.torn + text
	if _, _, ok := parseLock(whole); ok || len(whole) > 512 {
		p.torn = ""
		return whole, true
	}
	p.torn = whole
	return "", false
}

// tornLock says that text is the first piece of a lock: an address, "-> #1" or
// "#0: address", perhaps with the bracket and the name.
func tornLock(text string) bool {
	if strings.Contains(text, "){") { // whole, or hopeless
		return false
	}
	if rest, ok := strings.CutPrefix(text, "-> #"); ok {
		number, _, _ := strings.Cut(rest, " ")
		return digits([]byte(number))
	}
	if rest, ok := strings.CutPrefix(text, "#"); ok {
		number, after, colon := strings.Cut(rest, ":")
		if !colon || !digits([]byte(number)) {
			return false
		}
		text = strings.TrimSpace(after)
	}
	address, rest, _ := strings.Cut(text, " ")
	return isAddress(address) && (rest == "" || strings.HasPrefix(rest, "("))
}

// otherLine says that text, between two pieces of a lock, is none of them.
func otherLine(text string) bool {
	if strings.Contains(text, "){") {
		return false
	}
	_, frame := parseFrame(text)
	return frame || strings.Contains(text, ": ") || strings.HasSuffix(text, ":")
}

// lateAt reads ", at: fn+0x1/0x2" on a line of its own, the last piece of a lock.
func (p *parser) lateAt(text string) bool {
	at, ok := strings.CutPrefix(text, ", at: ")
	if !ok {
		return false
	}
	f, ok := parseFrame(at)
	if !ok {
		return false
	}
	locks := p.locks
	switch p.section {
	case inHeld:
		locks = p.held
	case inOtherHeld:
		locks = p.others
	}
	if n := len(locks); n > 0 && locks[n-1].Function == "" {
		locks[n-1].Function = f.Function
		if p.section != inOtherHeld {
			p.taken(locks[n-1].Class, text)
		}
		if p.section == inHeader && p.at == "" {
			p.at = f.Function
		}
	}
	return true
}
