// SPDX-License-Identifier: MIT

package lockdep

import "testing"

func TestSplitPrefix(t *testing.T) {
	t.Parallel()
	task, cpu := caller{'T', 123}, caller{'C', 0}
	for name, c := range map[string]struct {
		line string
		want logLine
	}{
		"time":                   {"[   12.345678] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"time, no blank":         {"[12.345678]", logLine{timed: true}},
		"indented message":       {"[   12.345678]  fn+0x1/0x2", logLine{text: []byte(" fn+0x1/0x2"), timed: true}},
		"task":                   {"[   12.345678][ T123] BUG: x", logLine{text: []byte("BUG: x"), caller: task, timed: true}},
		"processor":              {"[   12.345678][    C0]  x", logLine{text: []byte(" x"), caller: cpu, timed: true}},
		"task without a time":    {"[ T123] x", logLine{text: []byte("x"), caller: task, timed: true}},
		"level":                  {"<4>[   12.345678] x", logLine{text: []byte("x"), timed: true}},
		"level and task":         {"<4>[   12.345678][ T123] x", logLine{text: []byte("x"), caller: task, timed: true}},
		"level of a program":     {"<12>[   12.345678] [IGT] x", logLine{text: []byte("[IGT] x"), user: true}},
		"level without a time":   {"<3>BUG: x", logLine{text: []byte("BUG: x")}},
		"twice the time":         {"[   12.345678] [   12.345679] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"time of a logger":       {"[2026-11-22 19:22:50.123] [   12.345679] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"logger alone":           {"[2026-11-22 19:22:50] BUG: x", logLine{text: []byte("BUG: x")}},
		"clock of a logger":      {"19:22:50.123 [   12.345679] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"login prompt":           {"syzkaller login: [   16.305150] INFO: x", logLine{text: []byte("INFO: x"), timed: true}},
		"shell output":           {"ok [....] d[   12.037795] audit: x", logLine{text: []byte("audit: x"), timed: true}},
		"dmesg -T":               {"[Sun Nov 22 19:22:50 2026] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg -T, one digit":    {"[Sun Nov  2 19:22:50 2026]  x", logLine{text: []byte(" x"), timed: true}},
		"dmesg -T, task":         {"[Sun Nov  2 19:22:50 2026] [ T123] x", logLine{text: []byte("x"), caller: task, timed: true}},
		"dmesg -e":               {"[Nov22 19:22] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg -e, since":        {"[  +0.000012] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg -d":               {"[   12.345678 <    0.000012>] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg --time-format":    {"2026-11-22T19:22:50,123456+00:00 BUG: x", logLine{text: []byte("BUG: x")}},
		"dmesg -x":               {"kern  :warn  : [   12.345678] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg -x -T":            {"kern  :err   : [Sun Nov 22 19:22:50 2026] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"dmesg -x, a program":    {"user  :notice: [   12.345678] BUG: x", logLine{text: []byte("BUG: x"), user: true}},
		"syslog":                 {"Nov 22 19:22:50 host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"syslog, one digit":      {"Nov  2 19:22:50 host kernel: [   12.345678]  x", logLine{text: []byte(" x"), timed: true}},
		"syslog, no blank":       {"Nov  2 19:22:50 host kernel: [12.345678] x", logLine{text: []byte("x"), timed: true}},
		"syslog of busybox":      {"Nov 22 19:22:50 host user.warn kernel: [   12.345678] x", logLine{text: []byte("x"), timed: true}},
		"syslog, ISO":            {"2026-11-22T19:22:50.123456+00:00 host kernel: [   12.345678] x", logLine{text: []byte("x"), timed: true}},
		"syslog, a program":      {"Nov 22 19:22:50 host app[12]: BUG: x", logLine{text: []byte("host app[12]: BUG: x"), user: true}},
		"journal, task":          {"Nov 22 19:22:50 host kernel: [ T123] x", logLine{text: []byte("x"), caller: task, timed: true}},
		"journal, short-iso":     {"2026-11-22T19:22:50+0000 host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"journal, short-full":    {"Sun 2026-11-22 19:22:50 UTC host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"journal, short-precise": {"Nov 22 19:22:50.123456 host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"journal, monotonic":     {"[   12.345678] host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"journal, monotonic app": {"[   12.345678] host app[12]: BUG: x", logLine{text: []byte("host app[12]: BUG: x"), user: true}},
		"journal, short-unix":    {"1763839370.123456 host kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"journal, no host":       {"Nov 22 19:22:50 kernel: BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"tag alone":              {"kernel: [   12.345678] BUG: x", logLine{text: []byte("BUG: x"), timed: true}},
		"kmsg":                   {"6,339,5140900,-;BUG: x", logLine{text: []byte("BUG: x"), timed: true, kmsg: true}},
		"kmsg, task":             {"4,339,5140900,-,caller=T123;BUG: x", logLine{text: []byte("BUG: x"), caller: task, timed: true, kmsg: true}},
		"kmsg, escapes":          {`4,339,5140900,-;a\x1b[31mb\x5cc\xzz`, logLine{text: []byte(`ab\c\xzz`), timed: true, kmsg: true}},
		"kmsg, a program":        {"12,339,5140900,-;[IGT] x", logLine{text: []byte("[IGT] x"), user: true, kmsg: true}},
		"kmsg, message in form":  {"6,339,5140900,-;<3>BUG: x", logLine{text: []byte("<3>BUG: x"), timed: true, kmsg: true}},
		"none":                   {"BUG: x", logLine{text: []byte("BUG: x")}},
		"address":                {"[<ffffffff81d90469>] fn+0x1/0x2", logLine{text: []byte("[<ffffffff81d90469>] fn+0x1/0x2")}},
		"test":                   {"[IGT] a: executing", logLine{text: []byte("[IGT] a: executing")}},
		"numbers of a program":   {"1,2,3 go;", logLine{text: []byte("1,2,3 go;")}},
		"month in a sentence":    {"May 3 people see it", logLine{text: []byte("May 3 people see it")}},
		"empty":                  {"", logLine{}},
	} {
		got := splitPrefix([]byte(c.line))
		same := string(got.text) == string(c.want.text) && got.caller == c.want.caller &&
			got.timed == c.want.timed && got.user == c.want.user && got.kmsg == c.want.kmsg
		if !same {
			t.Errorf("%s: splitPrefix(%q) = %q %+v; want %q %+v", name, c.line, got.text, got, c.want.text, c.want)
		}
	}
}
