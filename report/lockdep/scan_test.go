// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/fencebot/fencebot/report/lockdep"
)

// families lists the reports of a log, with what followed from each.
func families(splats []lockdep.Splat) string {
	var out []string
	for _, s := range splats {
		f := string(s.Family)
		for _, also := range s.Also {
			f += "+" + string(also)
		}
		out = append(out, f)
	}
	return strings.Join(out, " ")
}

const circular = `======================================================
WARNING: possible circular locking dependency detected
%s/1 is trying to acquire lock:
ff00000000000001 (&%[1]s->a){+.+.}-{3:3}, at: %[1]s_take+0x1/0x2
but task is already holding lock:
ff00000000000002 (&%[1]s->b){+.+.}-{3:3}, at: %[1]s_take+0x1/0x2
the existing dependency chain (in reverse order) is:
-> #1 (&%[1]s->b){+.+.}-{3:3}:
       __mutex_lock+0x1/0x2
       %[1]s_other+0x1/0x2
-> #0 (&%[1]s->a){+.+.}-{3:3}:
       __mutex_lock+0x1/0x2
       %[1]s_take+0x1/0x2
stack backtrace:
CPU: 0 UID: 0 PID: 1 Comm: %[1]s Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x1/0x2
 %[1]s_take+0x1/0x2
 </TASK>
`

// stamp puts a prefix before every line.
func stamp(log, prefix string) []string {
	lines := strings.SplitAfter(strings.TrimSuffix(log, "\n"), "\n")
	for i := range lines {
		lines[i] = prefix + strings.TrimSuffix(lines[i], "\n") + "\n"
	}
	return lines
}

func TestInterleavedTasks(t *testing.T) {
	t.Parallel()
	a := stamp(fmt.Sprintf(circular, "vkms"), "[    1.000000][   T11] ")
	b := stamp(fmt.Sprintf(circular, "vgem"), "[    1.000000][   T12] ")
	var mixed strings.Builder
	for i := range a {
		mixed.WriteString(a[i] + b[i])
	}
	got := scan(t, []byte(mixed.String()))
	alone := append(scan(t, []byte(strings.Join(a, ""))), scan(t, []byte(strings.Join(b, "")))...)
	if len(got) != 2 || len(alone) != 2 {
		t.Fatalf("%d reports mixed, %d alone; want 2", len(got), len(alone))
	}
	for i := range got {
		if got[i].Raw != alone[i].Raw || got[i].Signature != alone[i].Signature {
			t.Errorf("report %d:\n%s\nwant\n%s", i, got[i].Raw, alone[i].Raw)
		}
	}
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	one := fmt.Sprintf(circular, "vkms")
	for name, c := range map[string]struct{ log, want string }{
		"two in a row":          {one + fmt.Sprintf(circular, "vgem"), "circular-dependency circular-dependency"},
		"cut off by the end":    {one[:120], "circular-dependency"},
		"warning after it":      {one + "------------[ cut here ]------------\nWARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\nCall Trace:\n x+0x1/0x2\n---[ end trace 0 ]---\n", "circular-dependency warning"},
		"panic after a warning": {"WARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\nCall Trace:\n x+0x1/0x2\n---[ end trace 0 ]---\nKernel panic - not syncing: panic_on_warn set ...\n", "warning+panic"},
		"panic alone":           {"Kernel panic - not syncing: Attempted to kill init!\nCPU: 0\nCall Trace:\n panic+0x1/0x2\n", "panic"},
		"BUG() in a bad list":   {"list_del corruption. prev->next should be 1, but was 2\n------------[ cut here ]------------\nkernel BUG at lib/list_debug.c:1!\ninvalid opcode: 0000 [#1] SMP\nRIP: 0010:__list_del_entry_valid+0x1/0x2\nCall Trace:\n x+0x1/0x2\n", "list-corruption+kernel-bug"},
		"check of a mutex":      {"------------[ cut here ]------------\nDEBUG_LOCKS_WARN_ON(lock->magic != lock)\nWARNING: CPU: 0 PID: 1 at kernel/locking/mutex.c:1 x+0x1/0x2\nCall Trace:\n x+0x1/0x2\n---[ end trace 0 ]---\n", "lockdep-internal+warning"},
		"the same in Linux 4":   {"------------[ cut here ]------------\nWARNING: CPU: 0 PID: 1 at kernel/locking/mutex.c:1 x+0x1/0x2\nDEBUG_LOCKS_WARN_ON(lock->magic != lock)\nCall Trace:\n x+0x1/0x2\n---[ end trace 0 ]---\n", "warning+lockdep-internal"},
		"oops without a head":   {"Oops: 0002 [#1] SMP\nRIP: 0010:x+0x1/0x2\nCall Trace:\n x+0x1/0x2\n", "page-fault"},
		"the same, again":       {strings.Repeat("BUG: sleeping function called from invalid context at a.c:1\nCall Trace:\n x+0x1/0x2\n", 3), "atomic-sleep atomic-sleep atomic-sleep"},
		"two boots":             {one[:300] + "Linux version 6.12\n" + one, "circular-dependency circular-dependency"},
		"user space has quotes": {"[    1.0] a\nexecuting BUG: scheduling while atomic\n", ""},
	} {
		if got := families(scan(t, []byte(c.log))); got != c.want {
			t.Errorf("%s: reports %q; want %q", name, got, c.want)
		}
	}
}

func TestRawIsWhole(t *testing.T) {
	t.Parallel()
	one := fmt.Sprintf(circular, "vkms")
	for name, c := range map[string]struct{ before, after string }{
		"alone":         {"", ""},
		"in a boot log": {"a: b\nc: d\n", "e: f\ng: h\n"},
		"before a test": {"", "[IGT] kms_flip: executing\n extra\n"},
	} {
		got := scan(t, []byte(c.before+one+c.after))
		if len(got) != 1 || got[0].Raw+"\n" != one {
			t.Errorf("%s: %d reports, the first one\n%s\nwant\n%s", name, len(got), got[0].Raw, one)
		}
	}
}

func TestLongReportIsNotCut(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 400 {
		fmt.Fprintf(&long, "       function_%d+0x1/0x2\n", i)
	}
	log := strings.Replace(fmt.Sprintf(circular, "vkms"), "-> #0", long.String()+"-> #0", 1)
	got := scan(t, []byte(log))
	if len(got) != 1 || got[0].Raw+"\n" != log || got[0].Corrupted {
		t.Errorf("report of %d lines was cut", strings.Count(log, "\n"))
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	head := "BUG: scheduling while atomic: a/1/0x00000002\nCall Trace:\n x+0x1/0x2\n"
	log := head + strings.Repeat(" "+strings.Repeat("y", 1000)+"\n", 1000)
	got, err := lockdep.All(strings.NewReader(log), lockdep.Options{MaxReport: 10_000, MaxLine: 100})
	if err != nil || len(got) != 1 {
		t.Fatalf("All = %d reports, %v; want 1", len(got), err)
	}
	if s := got[0]; len(s.Raw) > 10_000 || !s.Corrupted || s.Function != "x" {
		t.Errorf("%d bytes, corrupted %v, function %q; want at most 10000, true, x", len(s.Raw), s.Corrupted, s.Function)
	}
}

func TestMessageOverTheLimit(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("=", 60) + "\nBUG: scheduling while atomic: a/1/0x00000002\nCall Trace:\n x+0x1/0x2\n"
	for _, limit := range []int{1, 40, 100, 150} {
		got, err := lockdep.All(strings.NewReader(log), lockdep.Options{MaxReport: limit})
		if err != nil || len(got) != 1 || !got[0].Corrupted {
			t.Errorf("limit %d: %+v, %v; want one corrupted report", limit, got, err)
		}
	}
}

func TestHostileReport(t *testing.T) {
	t.Parallel()
	// Lists of locks are searched for each new one: without a limit, this is quadratic.
	var log strings.Builder
	log.WriteString("WARNING: possible circular locking dependency detected\n")
	for i := range 10_000 {
		fmt.Fprintf(&log, "(a%d){....}\n", i)
	}
	log.WriteString("Chain exists of:\n a" + strings.Repeat(" --> b --> c", 500) + "\n")
	for i := range 10_000 {
		fmt.Fprintf(&log, "-> #%d (b%d){....}\n", i, i)
	}
	got := scan(t, []byte(log.String()))
	if len(got) != 1 || len(got[0].Locks) > 1000 || len(got[0].Edges) > 1000 || len(got[0].Held) > 1000 {
		t.Errorf("%d reports; want 1 with short lists", len(got))
	}
}

func TestBadBytes(t *testing.T) {
	t.Parallel()
	log := "[ 82.8] BUG: spinlock bad magic on CPU#0, ^key\xff\xfe\x00\x1b[31m/20513\n[ 82.8] Call Trace:\n[ 82.8]  x+0x1/0x2\n"
	got := scan(t, []byte(log))
	if len(got) != 1 || got[0].Function != "x" || !utf8.ValidString(got[0].Raw) || strings.ContainsAny(got[0].Raw, "\x00\x1b") {
		t.Errorf("got %+v; want one clean report on x()", got)
	}
}

func TestReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	in := io.MultiReader(strings.NewReader(fmt.Sprintf(circular, "vkms")), iotest.ErrReader(broken))
	got, err := lockdep.All(in, lockdep.Options{})
	if len(got) != 1 || !errors.Is(err, broken) {
		t.Errorf("All = %d reports, %v; want 1 and the error of the reader", len(got), err)
	}
}

func TestScanStops(t *testing.T) {
	t.Parallel()
	log := strings.Repeat(fmt.Sprintf(circular, "vkms"), 3)
	n := 0
	for range lockdep.Scan(bytes.NewReader([]byte(log)), lockdep.Options{}) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d reports after a break; want 1", n)
	}
}

func TestSubtestOfReport(t *testing.T) {
	t.Parallel()
	log := "[ 1.0] [IGT] kms_vblank: executing\n[ 1.0] [IGT] kms_vblank: starting subtest query-idle\n" +
		strings.Join(stamp(fmt.Sprintf(circular, "vkms"), "[    1.000000] "), "") +
		"[ 2.0] [IGT] kms_vblank: exiting, ret=0\n" +
		strings.Join(stamp(fmt.Sprintf(circular, "vgem"), "[    2.000000] "), "")
	got := scan(t, []byte(log))
	if len(got) != 2 || got[0].Subtest != "kms_vblank@query-idle" || got[1].Subtest != "" {
		t.Errorf("got %+v; want two reports, the first one in kms_vblank@query-idle", got)
	}
}

// RCU shows its own thread first where that one did not run either: the stack of what
// ran instead counts.
func TestStarvedGracePeriod(t *testing.T) {
	t.Parallel()
	own := "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nrcu: RCU grace-period kthread stack dump:\nCall Trace:\n __schedule+0x1/0x2\n rcu_gp_fqs_loop+0x1/0x2\n"
	for name, c := range map[string]struct{ log, want string }{
		"with what ran": {own + "rcu: Stack dump where RCU GP kthread last ran:\nRIP: 0010:leaf+0x1/0x2\nCall Trace:\n vkms_loop+0x1/0x2\n drm_ioctl_kernel+0x1/0x2\n", "vkms_loop"},
		"nothing else":  {own, "rcu_gp_fqs_loop"},
		"another first": {strings.Replace(own, "rcu: RCU", "Call Trace:\n <IRQ>\n rcu_sched_clock_irq+0x1/0x2\n </IRQ>\n asm_sysvec_apic_timer_interrupt+0x1/0x2\n vkms_work+0x1/0x2\n process_one_work+0x1/0x2\nrcu: RCU", 1), "vkms_work"},
	} {
		if got := scan(t, []byte(c.log)); len(got) != 1 || got[0].Function != c.want {
			t.Errorf("%s: %+v; want one report on %s()", name, got, c.want)
		}
	}
}

// Which of two racing threads sees the race is chance: the function must not depend
// on it.
func TestRaceIsOneBug(t *testing.T) {
	t.Parallel()
	const report = "BUG: KCSAN: data-race in %s\n\nwrite to 0xffff888003a55150 of 8 bytes by task 1 on cpu 0:\n %s+0x1/0x2\n\nread to 0xffff888003a55150 of 8 bytes by task 2 on cpu 1:\n %s+0x1/0x2\n"
	for name, c := range map[string]struct{ names, want string }{
		"two functions":      {"vkms_count / vkms_vblank", "vkms_count"},
		"the first a helper": {"list_add / vkms_vblank", "vkms_vblank"},
		"in a module":        {"vkms_count [vkms] / vkms_vblank [vkms]", "vkms_count"},
	} {
		one := scan(t, fmt.Appendf(nil, report, c.names, "vkms_count", "vkms_vblank"))
		two := scan(t, fmt.Appendf(nil, report, c.names, "vkms_vblank", "vkms_count"))
		if len(one) != 1 || len(two) != 1 || one[0].Function != c.want || two[0].Signature != one[0].Signature || two[0].Title != one[0].Title {
			t.Errorf("%s: %+v and %+v; want one bug in %s()", name, one, two, c.want)
		}
	}
}
