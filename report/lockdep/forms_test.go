// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// dress puts every line of a log into another form.
func dress(log string, form func(i int, line string) string) string {
	var out strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(log, "\n"), "\n") {
		out.WriteString(form(i, line))
	}
	return out.String()
}

// inForms is one log as the tools that people use hand it on.
func inForms(log string) map[string]string {
	prefix := func(format string) string {
		return dress(log, func(i int, line string) string { return fmt.Sprintf(format, i%10, line) + "\n" })
	}
	return map[string]string{
		"console":           prefix("[   12.34567%d] %s"),
		"callers":           prefix("[   12.34567%d][  T123] %s"),
		"serial console":    dress(log, func(_ int, line string) string { return "[   12.345678] " + line + "\r\n" }),
		"twice CR":          dress(log, func(_ int, line string) string { return "[   12.345678] " + line + "\r\r\n" }),
		"LF CR":             dress(log, func(_ int, line string) string { return "[   12.345678] " + line + "\n\r" }),
		"lone CR":           dress(log, func(_ int, line string) string { return "[   12.345678] " + line + "\r" }),
		"prompt, then CR":   strings.Repeat("[    1.123456] a\n", 20) + dress(log, func(_ int, line string) string { return "# \r[   12.345678] " + line + "\r\n" }), // once the kernel is known to stamp
		"no times":          log,
		"dmesg -r":          prefix("<4>[   12.34567%d] %s"),
		"dmesg -x":          prefix("kern  :warn  : [   12.34567%d] %s"),
		"dmesg -T":          prefix("[Sun Nov 22 19:22:5%d 2026] %s"),
		"dmesg -e":          prefix("[  +0.00000%d] %s"),
		"dmesg --color":     prefix("\x1b[32m[   12.34567%d] \x1b[0m\x1b[1m%s\x1b[0m"),
		"syslog":            prefix("Nov 22 19:22:5%d host kernel: [   12.345678] %s"),
		"syslog, ISO":       prefix("2026-11-22T19:22:5%d.123456+00:00 host kernel: [   12.345678] %s"),
		"journal":           prefix("Nov 22 19:22:5%d host kernel: %s"),
		"journal, ISO":      prefix("2026-11-22T19:22:5%d+0000 host kernel: %s"),
		"journal monotonic": prefix("[   12.34567%d] host kernel: %s"),
		"logger":            prefix("[2026-11-22 19:22:5%d] [   12.345678] %s"),
		"kmsg":              prefix("4,33%d,12345678,-,caller=T123;%s\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:01.0"),
		"kmsg, one record":  "4,330,12345678,-;" + strings.ReplaceAll(strings.TrimSuffix(log, "\n"), "\n", `\x0a`) + "\n",
		"pstore":            inParts(strings.Split(strings.TrimSuffix(log, "\n"), "\n"), 3),
	}
}

// inParts is what pstore keeps of a log: the last part comes first.
func inParts(lines []string, size int) string {
	var parts []string
	for part := range slices.Chunk(lines, size) {
		parts = append(parts, "<4>[   12.345678] "+strings.Join(part, "\n<4>[   12.345678] ")+"\n")
	}
	slices.Reverse(parts)
	var out strings.Builder
	for i, p := range parts {
		fmt.Fprintf(&out, "Panic#1 Part%d\n%s", i+1, p)
	}
	return out.String()
}

func TestForms(t *testing.T) {
	t.Parallel()
	one := fmt.Sprintf(circular, "vkms")
	want := scan(t, []byte(one))[0]
	for name, log := range inForms(one) {
		got := scan(t, []byte(log))
		if len(got) != 1 {
			t.Errorf("%s: %d reports; want 1", name, len(got))
			continue
		}
		if g := got[0]; g.Raw != want.Raw || g.Signature != want.Signature || g.Corrupted {
			t.Errorf("%s: corrupted %v, signature %s, raw\n%s\nwant %s\n%s", name, g.Corrupted, g.Signature, g.Raw, want.Signature, want.Raw)
		}
	}
}

func TestLineNumbers(t *testing.T) {
	t.Parallel()
	head := "BUG: scheduling while atomic: a/1/0x00000002\n"
	for name, c := range map[string]struct {
		log  string
		want int
	}{
		"LF":                    {"a\nb\n" + head, 3},
		"CRLF":                  {"a\r\nb\r\n" + head, 3},
		"LF CR":                 {"a\n\rb\n\r" + head, 3},
		"CR alone":              {"a\rb\r" + strings.TrimSuffix(head, "\n") + "\r", 3},
		"CR inside":             {"a\n10%\r20%\r30%\r" + head, 2},
		"empty lines":           {"\n\n\r\n" + head, 4},
		"behind a long line":    {strings.Repeat("x", 1<<17) + "\n" + head, 2},
		"behind long CR pieces": {strings.Repeat("x\r", 1<<17) + "\n" + head, 2},
		"at the end of a line":  {"a\n[    1.123456] usb 1-1: ne[    1.123457] " + head, 2},
		"no LF at the end":      {"a\n" + strings.TrimSuffix(head, "\n"), 2},
	} {
		got := scan(t, []byte(c.log))
		if len(got) != 1 || got[0].Line != c.want {
			t.Errorf("%s: %+v; want one report in line %d", name, got, c.want)
		}
	}
}

// Two processors print at the same time; one of them ends the line of the other.
func TestSecondStampInMidLine(t *testing.T) {
	t.Parallel()
	log := "[    1.123456] CPU: 0 PID: 1[    1.123457] BUG: scheduling while atomic: a/1/0x00000002\n" +
		"[    1.123458] Call Trace:\n[    1.123458]  x+0x1/0x2[    1.123459] usb 1-1: new device\n[    1.123460]  y+0x1/0x2\n"
	got := scan(t, []byte(log))
	if len(got) != 1 || got[0].Function != "x" || len(got[0].Trace) != 2 {
		t.Errorf("got %+v; want one report in x(), called by y()", got)
	}
}

// A kernel that stamps its lines does not write a report without stamps; programs
// quote reports. A report that has its stack is believed all the same.
func TestProgramsQuoteReports(t *testing.T) {
	t.Parallel()
	kernel := strings.Repeat("[    1.123456] usb 1-1: new device\n", 20)
	stack := "Call Trace:\n x+0x1/0x2\n"
	for name, c := range map[string]struct{ log, want string }{
		"a quote":                {kernel + "BUG: KASAN: use-after-free in x+0x1/0x2\nok\n" + kernel, ""},
		"a quote at the end":     {kernel + "WARNING: possible circular locking dependency detected\n", ""},
		"a whole report":         {kernel + "BUG: KASAN: use-after-free in x+0x1/0x2\n" + stack, "kasan"},
		"kmemleak, by a program": {kernel + "BUG: memory leak\nunreferenced object 0xff (size 64):\n  comm \"a\", pid 1, jiffies 1\n  backtrace (crc 0):\n    x+0x1/0x2\n", "kmemleak"},
		"a log without stamps":   {"BUG: KASAN: use-after-free in x+0x1/0x2\nok\n", "kasan"},
		"journal":                {"Nov 22 19:22:50 host app[12]: BUG: scheduling while atomic: a/1/0x00000002\n", ""},
		"dmesg -x":               {"user  :warn  : [    1.123456] BUG: scheduling while atomic: a/1/0x00000002\n", ""},
		"kmsg":                   {"12,1,2,-;BUG: scheduling while atomic: a/1/0x00000002\n", ""},
		"behind other words":     {"[    1.123456] mytest: BUG: scheduling while atomic: a/1/0x00000002\n", ""},
		"not the kernel's text":  {"[    1.123456] BUG: I found a bug\n[    1.123456] WARNING: at least 3 files\n[    1.123456] INFO: task done\n", ""},
		"slub inside of KASAN":   {"[    1.123456] BUG UNIX (Not tainted): kasan: bad access detected\n", ""},
	} {
		if got := families(scan(t, []byte(c.log))); got != c.want {
			t.Errorf("%s: reports %q; want %q", name, got, c.want)
		}
	}
}

func TestMissingStamps(t *testing.T) {
	t.Parallel()
	log := "[    1.123456] BUG: scheduling while atomic: a/1/0x00000002\n[    1.123456] Call Trace:\n x+0x1/0x2\nhello\n[    1.123457]  y+0x1/0x2\n"
	got := scan(t, []byte(log))
	if len(got) != 1 || len(got[0].Trace) != 2 || strings.Contains(got[0].Raw, "hello") {
		t.Errorf("got %+v; want one report with both frames and without the output of a program", got)
	}
}

func TestMixedReportsAreCorrupted(t *testing.T) {
	t.Parallel()
	one := stamp(fmt.Sprintf(circular, "vkms"), "[    1.000000] ")
	warn := "[    1.0] WARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\n[    1.0] Call Trace:\n[    1.0]  x+0x1/0x2\n[    1.0] ---[ end trace 0 ]---\n"
	kasan := "[    1.0] BUG: KASAN: use-after-free in x+0x1/0x2\n[    1.0] Call Trace:\n[    1.0]  x+0x1/0x2\n"
	rule := "[    1.0] ==================================================================\n"
	for name, c := range map[string]struct {
		log  string
		want string // corrupted ones in order
	}{
		"whole":                       {strings.Join(one, "") + warn, "false false"},
		"cut by another report":       {strings.Join(one[:8], "") + warn, "true false"},
		"cut by the end":              {strings.Join(one[:8], ""), "true"},
		"stack of another one inside": {strings.Join(one[:8], "") + "[    1.0] Call Trace:\n[    1.0]  z+0x1/0x2\n" + strings.Join(one[8:], ""), "true"},
		"box cut by another report":   {kasan + warn, "true false"},
		"box that is closed":          {rule + kasan + rule + warn, "false false"},
	} {
		var got []string
		for _, s := range scan(t, []byte(c.log)) {
			got = append(got, fmt.Sprint(s.Corrupted))
			if s.Family == lockdep.CircularDependency && len(s.Classes) == 0 {
				t.Errorf("%s: a damaged report lost its locks", name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: corrupted %s; want %s", name, got, c.want)
		}
	}
}
