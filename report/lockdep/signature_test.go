// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// reboot makes the log of another boot of the same kernel: other times, addresses,
// process ids and offsets.
func reboot(log string, seed uint64) string {
	rnd := rand.New(rand.NewPCG(seed, seed))
	pid := 100 + rnd.IntN(900)
	replace := func(expr, form string) {
		log = regexp.MustCompile(expr).ReplaceAllStringFunc(log, func(string) string {
			return fmt.Sprintf(form, rnd.Uint64()>>8)
		})
	}
	replace(`\bff[0-9a-f]{14}\b`, "ff%014.14x")
	log = regexp.MustCompile(`\+0x[0-9a-f]+/0x`).ReplaceAllStringFunc(log, func(string) string {
		return fmt.Sprintf("+0x%x/0x", rnd.IntN(4000))
	})
	log = regexp.MustCompile(`\binit([/:])\d+`).ReplaceAllString(log, fmt.Sprintf("init${1}%d", pid))
	log = regexp.MustCompile(`CPU#\d`).ReplaceAllString(log, fmt.Sprintf("CPU#%d", rnd.IntN(4)))
	log = regexp.MustCompile(` for more than \d+ seconds`).ReplaceAllString(log, fmt.Sprintf(" for more than %d seconds", rnd.IntN(400)))
	log = regexp.MustCompile(`(kms_vblank|vgem_basic)/\d+`).ReplaceAllString(log, fmt.Sprintf("$1/%d", pid))
	log = regexp.MustCompile(`PID: [1-9]\d*`).ReplaceAllString(log, fmt.Sprintf("PID: %d", pid))
	log = regexp.MustCompile(`CPU: \d`).ReplaceAllString(log, fmt.Sprintf("CPU: %d", rnd.IntN(4)))
	return log
}

// frameLine is a line of a stack: stamp, mark, function and offset.
var frameLine = regexp.MustCompile(`(?m)^(\[ *\d+\.\d+\])  *(\? )?(\w+)(\+0x[0-9a-f]+/0x[0-9a-f]+)$`)

// restyle makes the log of a kernel or a console with other habits.
func restyle(log, style string) string {
	stamp := regexp.MustCompile(`(?m)^\[ *\d+\.\d+\] `)
	switch style {
	case "caller":
		return stamp.ReplaceAllString(log, "[    7.000001][   T77] ")
	case "level":
		return stamp.ReplaceAllString(log, "<4>[    7.000001] ")
	case "bare":
		return stamp.ReplaceAllString(log, "")
	case "crlf":
		return strings.ReplaceAll(log, "\n", "\r\n")
	case "syslog":
		return stamp.ReplaceAllString(log, "Nov 22 19:22:50 host kernel: [    7.000001] ")
	case "journal":
		return stamp.ReplaceAllString(log, "Nov 22 19:22:50 host kernel: ")
	case "symbols": // as syzkaller writes it
		return frameLine.ReplaceAllString(log, "$1 ${3}_part fs/x.c:7 [inline]\n$1 $2$3$4 drivers/x.c:12")
	case "decoded": // what it writes since Linux 3.16
		return regexp.MustCompile(`(\w)\+0x[0-9a-f]+/0x[0-9a-f]+`).ReplaceAllString(log, "$1 (include/linux/y.h:7 drivers/x.c:12)")
	case "other compiler":
		return frameLine.ReplaceAllString(log, "$1 $2$3.constprop.0.isra.0.cold$4")
	case "crossed":
		log = stamp.ReplaceAllString(log, "[    7.000001][   T77] ")
		return strings.ReplaceAll(log, "\n", "\n[    7.000001][    C1] usb 1-1: config 0 interface 0\n")
	case "counter":
		return regexp.MustCompile(`(\w)(?:#\d+)?\)\{`).ReplaceAllString(log, "$1#7){")
	}
	return log
}

func TestSignatureIsStable(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	files, _ := filepath.Glob("testdata/*/*.log")
	for _, file := range files {
		h, log := readReport(t, file)
		if len(h["FAMILY"]) == 0 {
			continue
		}
		want := scan(t, log)[0]
		if other := seen[want.Signature]; other != "" {
			t.Errorf("%s and %s have the same signature", file, other)
		}
		seen[want.Signature] = file
		for i, style := range []string{"", "caller", "level", "bare", "crlf", "syslog", "journal", "symbols", "decoded", "other compiler", "crossed", "counter"} {
			again := scan(t, []byte(restyle(reboot(string(log), uint64(i)), style)))
			if len(again) != 1 {
				t.Fatalf("%s, %q: %d reports; want 1", file, style, len(again))
			}
			if again[0].Signature != want.Signature || again[0].Title != want.Title && style != "symbols" {
				t.Errorf("%s, %q: %q, canonical\n%s\nwant %q, canonical\n%s", file, style,
					again[0].Title, again[0].Canonical(), want.Title, want.Canonical())
			}
		}
	}
}

func TestSignatureOfInconsistentState(t *testing.T) {
	t.Parallel()
	// Which of the two sides comes first depends on which code ran first.
	const report = `WARNING: inconsistent lock state
inconsistent %s usage.
a/1 [HC1[1]:SC0[0]:HE0:SE1] takes:
ff110000003cabd0 (&x->lock){?.+.}-{2:2}, at: %s+0x5b/0x145
%s state was registered at:
  lock_acquire+0x101/0x221
  %s+0x1d/0x30
stack backtrace:
Call Trace:
 lock_acquire+0x101/0x221
 %s+0x5b/0x145
`
	on := scan(t, fmt.Appendf(nil, report, "{HARDIRQ-ON-W} -> {IN-HARDIRQ-W}", "handler", "{HARDIRQ-ON-W}", "enable", "handler"))
	in := scan(t, fmt.Appendf(nil, report, "{IN-HARDIRQ-W} -> {HARDIRQ-ON-W}", "enable", "{IN-HARDIRQ-W}", "handler", "enable"))
	if len(on) != 1 || len(in) != 1 || on[0].Function != "enable" || in[0].Function != "enable" {
		t.Fatalf("got %+v and %+v; want one report on enable() each", on, in)
	}
	if on[0].Signature != in[0].Signature {
		t.Errorf("canonical %q and %q; want them equal", on[0].Canonical(), in[0].Canonical())
	}
}

func TestCanonicalHoldsNothingOfABoot(t *testing.T) {
	t.Parallel()
	frame := lockdep.Frame{Function: "fn", File: "mm/a.c", Line: 12, Offset: "0x1/0x2", Reliable: true}
	inlined := frame
	inlined.Function, inlined.Inlined = "static_fn", true
	for name, c := range map[string]struct {
		splat lockdep.Splat
		want  string
	}{
		"sleep": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Title: "sleeping at ./mm/slab.h:12 in fn", Function: "fn", Task: "a/1", Line: 7, CPU: "1", Kernel: "6.12"},
			"atomic-sleep\ncalled mm/slab.h\nfunction fn",
		},
		"built elsewhere": {
			lockdep.Splat{Family: lockdep.AtomicSleep, Title: "sleeping at /home/kernel/mm/slab.h:12 in fn", Function: "fn"},
			"atomic-sleep\ncalled mm/slab.h\nfunction fn",
		},
		"words only": {
			lockdep.Splat{Family: lockdep.LockdepLimit, Title: "MAX_LOCKDEP_KEYS too low"},
			"lockdep-limit\ntitle MAX_LOCKDEP_KEYS too low",
		},
		"symbols": {
			lockdep.Splat{Family: lockdep.Warning, Title: "warning at mm/a.c in static_fn", Function: "static_fn", Trace: []lockdep.Frame{inlined, frame}},
			"warning\nfunction fn",
		},
	} {
		if got := c.splat.Canonical(); got != c.want {
			t.Errorf("%s: Canonical() = %q; want %q", name, got, c.want)
		}
	}
}

// The captured consoles of the seeded kernels, each as another boot and another
// console would have written it.
func TestSignatureOfCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "corpus"), "*", "console*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no consoles: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := scan(t, data)
		for i, style := range []string{"", "caller", "level", "crlf", "syslog", "symbols", "decoded", "other compiler"} {
			got := scan(t, []byte(restyle(reboot(string(data), uint64(i)), style)))
			if len(got) != len(want) {
				t.Errorf("%s, %q: %d reports; want %d", file, style, len(got), len(want))
				continue
			}
			for j := range got {
				if got[j].Signature != want[j].Signature {
					t.Errorf("%s, %q: canonical\n%s\nwant\n%s", file, style, got[j].Canonical(), want[j].Canonical())
				}
			}
		}
	}
}

// The same for the logs of seeded kernels that package contract keeps.
func TestSignatureOfSeededKernels(t *testing.T) {
	t.Parallel()
	for _, file := range contractLogs(t) {
		log := readLog(t, file)
		want := scan(t, log)
		if len(want) == 0 {
			t.Errorf("%s: no report", file)
			continue
		}
		for i, style := range []string{"", "caller", "level", "bare", "crlf", "syslog", "symbols", "decoded", "other compiler"} {
			got := scan(t, []byte(restyle(reboot(anonymous(string(log)), uint64(i)), style)))
			if len(got) != len(want) {
				t.Errorf("%s, %q: %d reports; want %d", file, style, len(got), len(want))
				continue
			}
			if got[0].Signature != want[0].Signature || got[0].Title != want[0].Title && style != "symbols" {
				t.Errorf("%s, %q: %q, canonical\n%s\nwant %q, canonical\n%s", file, style, got[0].Title, got[0].Canonical(), want[0].Title, want[0].Canonical())
			}
		}
	}
}

// anonymous takes the caller ids off, which stand behind the time stamps.
func anonymous(log string) string {
	return regexp.MustCompile(`(?m)^(\[ *\d+\.\d+\])\[ *[TC]\d+\] `).ReplaceAllString(log, "$1 ")
}
