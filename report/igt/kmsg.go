// SPDX-License-Identifier: MIT

package igt

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// A record is one line of /dev/kmsg (Documentation/ABI/testing/dev-kmsg).
type record struct {
	level int
	usec  uint64
	cont  bool // continues the line before
	text  string
}

func parseRecord(line string) (record, bool) {
	head, text, ok := strings.Cut(upToNUL(line), ";")
	f := strings.Split(head, ",")
	if !ok || len(f) < 4 {
		return record{}, false
	}
	prio, err1 := strconv.ParseUint(f[0], 10, 32)
	_, err2 := strconv.ParseUint(f[1], 10, 64)
	usec, err3 := strconv.ParseUint(f[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return record{}, false
	}
	return record{int(prio & 7), usec, strings.HasPrefix(f[3], "c"), text}, true
}

// String is the record as results.json has it, without a newline.
func (r record) String() string {
	return fmt.Sprintf("<%d> [%d.%06d] %s", r.level, r.usec/1e6, r.usec%1e6, unescape(r.text))
}

// unescape undoes \xNN where it stands for something that can be printed.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+4 <= len(s) && s[i] == '\\' && s[i+1] == 'x' {
			c, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if err == nil && (c >= 0x20 && c < 0x7f || c >= '\t' && c <= '\r') {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// starts returns the subtest, or the dynamic one, that a record announces for
// the given binary.
func (r record) starts(binary string) (name string, dynamic, ok bool) {
	_, rest, ok := strings.Cut(r.text, "[IGT] ")
	if !ok {
		return "", false, false
	}
	who, rest, _ := strings.Cut(rest, ": starting ")
	if who != path.Base(binary) {
		return "", false, false
	}
	name, ok = strings.CutPrefix(rest, "subtest ")
	if !ok {
		name, dynamic = strings.CutPrefix(rest, "dynamic subtest ")
	}
	return strings.TrimSpace(name), dynamic, (ok || dynamic) && strings.TrimSpace(name) != ""
}

// A filter says which records spoil a result.
type filter struct {
	level  int
	piglit bool
	re     *regexp.Regexp
}

// newFilter holds the rules of the runner. They are compiled when a folder is
// read, for the program must not work at its start.
func newFilter(s settings) filter {
	words := []string{ // default style: all but these, which tests provoke or which are nobody's fault
		`ACPI: button: The lid device is not compliant to SW_LID`,
		`ACPI: .*: Unable to dock!`,
		`IRQ [0-9]+: no longer affine to CPU[0-9]+`,
		`IRQ fixup: irq [0-9]+ move in progress, old vector [0-9]+`,
		`Setting dangerous option [a-z_]+ - tainting kernel`,
		`Suspending console\(s\) \(use no_console_suspend to debug\)`,
		`atkbd serio[0-9]+: Failed to (deactivate|enable) keyboard on isa[0-9]+/serio[0-9]+`,
		`cache: parent cpu[0-9]+ should not be sleeping`,
		`hpet[0-9]+: lost [0-9]+ rtc interrupts`,
		`i915: probe of [0-9a-fA-F:.]+ failed with error -25`,
		`mock: DMA: Out of SW-IOMMU space for [0-9]+ bytes`,
		`usb usb[0-9]+: root hub lost power or was reset`,
	}
	if s.piglit { // piglit style: only these
		words = []string{`\[drm:`, `drm_`, `intel_`, `i915_`, `\[drm\]`}
	}
	return filter{s.warnLevel, s.piglit, regexp.MustCompile(strings.Join(words, "|"))}
}

func (f filter) spoils(r record) bool {
	return r.level <= f.level && !r.cont && f.re.MatchString(r.text) == f.piglit
}

// dmesg deals out the kernel log of a job.
func (s *started) dmesg(set settings, text string) {
	d := dealer{started: s, filter: newFilter(set)}
	for line := range strings.Lines(text) {
		if r, ok := parseRecord(strings.TrimSuffix(line, "\n")); ok {
			d.record(r)
		}
	}
	d.finish()
}

// A dealer cuts the kernel log. What comes before the first start belongs to
// that test; a line belongs to a subtest and to a dynamic one of it.
type dealer struct {
	*started
	filter       filter
	now, dynamic *piece
	log, dynLog  logText
}

// A logText is the log of one test so far.
type logText struct{ all, warnings strings.Builder }

func (l *logText) give(p *piece) {
	if p != nil {
		p.test.Dmesg, p.test.Warnings = l.all.String(), l.warnings.String()
	}
	*l = logText{}
}

func (d *dealer) record(r record) {
	if name, dynamic, ok := r.starts(d.binary); ok && !dynamic {
		d.turn(name)
	} else if ok && d.now != nil && d.count() {
		if d.dynamic != nil {
			d.dynLog.give(d.dynamic)
		}
		d.dynamic = d.now.sub(name)
	}
	line := utf8Text(r.String()) + "\n"
	d.log.all.WriteString(line)
	d.dynLog.all.WriteString(line)
	if d.filter.spoils(r) {
		d.log.warnings.WriteString(line)
		if d.now != nil {
			d.dynLog.warnings.WriteString(line)
		}
	}
}

// turn ends the part of one subtest and begins that of the next.
func (d *dealer) turn(name string) {
	if d.now != nil {
		d.log.give(d.now)
		d.dynLog.give(d.dynamic)
		d.dynamic = nil
	}
	if d.count() {
		d.now = d.sub(name)
	}
}

func (d *dealer) finish() {
	switch {
	case d.now != nil:
		d.log.give(d.now)
		d.dynLog.give(d.dynamic)
	case len(d.pieces) == 1 && d.pieces[0].subtest == "":
		d.log.give(d.pieces[0])
	default:
		// No subtest began, so what the kernel said cannot spoil one.
		for _, p := range d.pieces {
			p.test.Dmesg = d.log.all.String()
		}
	}
}
