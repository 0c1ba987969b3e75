// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	const lock = "ff00000000000001 (&x->lock){+.+.}-{3:3}, at: f+0x1/0x2\n"
	for name, c := range map[string]struct {
		log                      string
		task, cpu, kernel, taint string
	}{
		"ident line": {"WARNING: Nested lock was not taken\n6.12.117+ #19 Tainted: G        W         \nname with blank/86 is trying to lock:\n" + lock,
			"name with blank/86", "", "6.12.117+", "G        W"},
		"ident line without flags": {"WARNING: Nested lock was not taken\n2.6.32-rc6-00035-g8b17a4f #1\na/b/1 is trying to lock:\n" + lock,
			"a/b/1", "", "2.6.32-rc6-00035-g8b17a4f", ""},
		"stack": {"BUG: sleeping function called from invalid context at mm/slab.h:1\nCPU: 12 UID: 0 PID: 86 Comm: kms_vblank Tainted: G     U  W  OE      6.12.117+ #10\nCall Trace:\n f+0x1/0x2\n",
			"kms_vblank/86", "12", "6.12.117+", "G     U  W  OE"},
		"kexec": {"BUG: sleeping function called from invalid context at mm/slab.h:1\nCPU: 1 PID: 86 Comm: a Kdump: loaded Not tainted 5.10.0 #1\nCall Trace:\n f+0x1/0x2\n",
			"a/86", "1", "5.10.0", ""},
		"before Linux 3.10": {"BUG: sleeping function called from invalid context at mm/slab.h:1\nPid: 3563, comm: gdm-session-wor Not tainted 3.9.0-rc1+ #1\nCall Trace:\n f+0x1/0x2\n",
			"gdm-session-wor/3563", "", "3.9.0-rc1+", ""},
		"message":  {"BUG: scheduling while atomic: a/7/0x00000002\nCall Trace:\n f+0x1/0x2\n", "a/7", "", "", ""},
		"spinlock": {"BUG: spinlock bad magic on CPU#3, swapper/0/1\nCall Trace:\n f+0x1/0x2\n", "", "3", "", ""},
		"hung task": {"INFO: task a:b:7 blocked for more than 10 seconds.\n      Tainted: G        W          6.12.117 #1\nCall Trace:\n f+0x1/0x2\nCPU: 1 PID: 20 Comm: khungtaskd Not tainted 6.12.117 #1\n",
			"a:b/7", "", "6.12.117", "G        W"},
	} {
		got := scan(t, []byte(c.log))
		if len(got) != 1 {
			t.Fatalf("%s: %d reports; want 1", name, len(got))
		}
		if s := got[0]; s.Task != c.task || s.CPU != c.cpu || s.Kernel != c.kernel || s.Taint != c.taint {
			t.Errorf("%s: task %q, CPU %q, kernel %q, taint %q; want %q, %q, %q, %q",
				name, s.Task, s.CPU, s.Kernel, s.Taint, c.task, c.cpu, c.kernel, c.taint)
		}
	}
}

// A hung task waits for a lock that another one holds, so all lists are kept.
func TestHeldByOthers(t *testing.T) {
	t.Parallel()
	const report = `INFO: task a:7 blocked for more than 10 seconds.
      Not tainted 6.12.117 #1
task:a state:D stack:0 pid:7 ppid:1 flags:0x0
Call Trace:
 __schedule+0x1/0x2
 waiter+0x1/0x2

Showing all locks held in the system:
1 lock held by khungtaskd/20:
 #0: ff00000000000001 (rcu_read_lock){....}-{1:2}, at: debug_show_all_locks+0x1/0x2
2 locks held by a/7:
 #0: ff00000000000002 (&mine#3){+.+.}-{3:3}, at: waiter+0x1/0x2
 #1: ff00000000000003 (&theirs){+.+.}-{3:3}, at: waiter+0x1/0x2
1 lock held by b:c/8:
 #0: ff00000000000003 (&theirs){+.+.}-{3:3}, at: owner+0x1/0x2
3 locks held by running/9:

=============================================
`
	got := scan(t, []byte(report))
	if len(got) != 1 {
		t.Fatalf("%d reports; want 1", len(got))
	}
	var held []string
	for _, l := range got[0].Held {
		held = append(held, l.Task+" "+l.Name+" "+l.Class+" "+l.Function)
	}
	want := []string{"a/7 &mine#3 &mine waiter", "a/7 &theirs &theirs waiter", "khungtaskd/20 rcu_read_lock rcu_read_lock debug_show_all_locks", "b:c/8 &theirs &theirs owner"}
	if !slices.Equal(held, want) || got[0].Function != "waiter" || len(got[0].Classes) > 0 {
		t.Errorf("held %q in %s, classes %q; want %q in waiter", held, got[0].Function, got[0].Classes, want)
	}
}

// What a report of its family always has, and a damaged one lacks.
func TestCorrupted(t *testing.T) {
	t.Parallel()
	link := strings.Index(longCircle, "-> #1")
	last := strings.Index(longCircle, "-> #0")
	holds := strings.Index(longCircle, "ff00000000000002")
	trace := strings.Index(longCircle, "Call Trace:")
	for name, c := range map[string]struct {
		log  string
		want bool
	}{
		"whole":         {longCircle, false},
		"no stack":      {longCircle[:trace], true},
		"no link":       {longCircle[:link] + longCircle[last:], true},
		"no lock":       {longCircle[:holds] + longCircle[link-1:], true},
		"two reports":   {longCircle[:link] + longCircle, true},
		"nobody's lock": {"WARNING: lock held when returning to user space!\na/1 is leaving the kernel with locks still held!\n1 lock held by a/1:\n", true},
	} {
		got := scan(t, []byte(c.log))
		if len(got) == 0 || got[0].Corrupted != c.want {
			t.Errorf("%s: %d reports, corrupted = %v; want %v", name, len(got), len(got) > 0 && got[0].Corrupted, c.want)
		}
	}
}

func TestAboveInterrupt(t *testing.T) {
	t.Parallel()
	frames := func(names string) (out []lockdep.Frame) {
		for _, n := range strings.Fields(names) {
			out = append(out, lockdep.Frame{Function: n, Reliable: true})
		}
		return out
	}
	for in, want := range map[string]int{
		"timer hrtimer_interrupt asm_sysvec_apic_timer_interrupt pv_native_safe_halt do_idle": 3,
		"handler el1h_64_irq arch_cpu_idle":                                                   2,
		"asm_sysvec_apic_timer_interrupt do_idle":                                             2,
		"f drm_ioctl do_syscall_64":                                                           3,
		"":                                                                                    0,
	} {
		if got := lockdep.AboveInterrupt(frames(in)); len(got) != want {
			t.Errorf("AboveInterrupt(%s) has %d frames; want %d", in, len(got), want)
		}
	}
}
