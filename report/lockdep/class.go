// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// CanonicalClass gives the name of a lock class that is the same in every boot:
// without blanks around it and without the counter "#2" that lockdep appends when
// several classes share a name (name_version in __print_lock_name()). A subclass
// "/1" stays: it is another class.
func CanonicalClass(name string) string {
	name = strings.TrimSpace(name)
	name = withoutInstance(name)
	base, sub := name, ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 && digits([]byte(name[i+1:])) {
		base, sub = name[:i], name[i:]
	}
	if i := strings.LastIndexByte(base, '#'); i > 0 && digits([]byte(base[i+1:])) {
		base = base[:i]
	}
	return base + sub
}

// withoutInstance takes off what a print function of the class adds about one
// lock: " l=0 extents:1:2:3" of bcachefs (lockdep_set_lock_cmp_fn(), Linux 6.10).
func withoutInstance(name string) string {
	if i := strings.Index(name, " l="); i > 0 && i+3 < len(name) && isDigit(name[i+3]) {
		return name[:i]
	}
	return name
}

// parseLock reads the first lock that a line mentions:
//
//	ffffffff81cedc00 (fs_reclaim){+.+.}-{0:0}, at: fn+0x43/0x83
//	-> #1 (&x->lock/1){+.+.}-{3:3}:
//	 (&(&r->consumer_lock)->rlock){+.+...}, at: [<ffffffff82de6c86>] fn+0xe6/0x210
//
// rest is what follows the lock. When another CPU tore the line up, the class may
// stand without its opening bracket.
func parseLock(s string) (l Lock, rest string, ok bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], "){")
		if i < 0 {
			return Lock{}, "", false
		}
		i += from
		usage, after, found := strings.Cut(s[i+2:], "}")
		if !found {
			return Lock{}, "", false
		}
		if !isUsage(usage) {
			from = i + 2
			continue
		}
		name := strings.TrimSpace(s[openBracket(s, i):i])
		l = Lock{Class: CanonicalClass(name), Name: name, Usage: usage}
		if w, a, ok := strings.Cut(after, "}"); ok && strings.HasPrefix(w, "-{") {
			l.WaitType, after = w[2:], a
		}
		if f, ok := placeOf(after); ok {
			l.Function = f.Function
		}
		return l, after, l.Class != ""
	}
}

// placeOf reads what follows a lock: ", at: fn+0x1/0x2".
func placeOf(rest string) (Frame, bool) {
	at, ok := strings.CutPrefix(rest, ", at: ")
	if !ok {
		return Frame{}, false
	}
	return parseFrame(at)
}

// isUsage knows get_usage_chars(): one of "-.+?" per usage bit, 4 to 8 of them.
func isUsage(s string) bool {
	return len(s) >= 4 && len(s) <= 8 && strings.Trim(s, ".+-?") == ""
}

// openBracket is the index after the bracket that the one at end closes, or the
// start of the line's text if it is not there.
func openBracket(s string, end int) int {
	depth := 0
	for i := end - 1; i >= 0; i-- {
		switch s[i] {
		case ')':
			depth++
		case '(':
			if depth == 0 {
				return i + 1
			}
			depth--
		}
	}
	return 0
}
