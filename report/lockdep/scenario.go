// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// A row is one cell of the table "Possible unsafe locking scenario".
type row struct {
	cpu   int    // 0 or 1: the column
	verb  string // "lock", "rlock" (since Linux 6.3) or "sync"
	class string
	irq   bool // below "<Interrupt>"
}

// secondColumn is the number of blanks before the second processor's actions; those
// of the first one have two to four (print_circular_lock_scenario()).
const secondColumn = 16

// scenario reads one line of the table. s is the line with its indentation.
func (p *parser) scenario(s, text string) {
	if len(p.rows) >= maxLocks {
		return
	}
	if text == "<Interrupt>" {
		p.rows = append(p.rows, row{irq: true})
		return
	}
	verb, rest, ok := strings.Cut(text, "(")
	if !ok || verb != "lock" && verb != "rlock" && verb != "sync" || !strings.HasSuffix(rest, ");") {
		return
	}
	r := row{verb: verb, class: CanonicalClass(strings.TrimSuffix(rest, ");"))}
	if len(s)-len(strings.TrimLeft(s, " ")) >= secondColumn {
		r.cpu = 1
	}
	p.rows = append(p.rows, r)
}

// columns are the rows of each processor in order, up to an interrupt.
func (p *parser) columns() (cpu0, cpu1 []row) {
	for _, r := range p.rows {
		switch {
		case r.irq:
			return cpu0, cpu1
		case r.cpu == 0:
			cpu0 = append(cpu0, r)
		default:
			cpu1 = append(cpu1, r)
		}
	}
	return cpu0, cpu1
}

// existing reads "a --> b --> c" below "Chain exists of:". Its arrows may stand for
// several dependencies each.
func (p *parser) existing(text string) bool {
	for name := range strings.SplitSeq(text, " --> ") {
		if len(p.named) < maxLocks {
			p.named = append(p.named, CanonicalClass(name))
		}
	}
	return len(p.named) > 1
}
