// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// stateAfter reads a log to its end.
func stateAfter(t *testing.T, log string) lockdep.State {
	t.Helper()
	l := lockdep.NewLog(strings.NewReader(log), lockdep.Options{})
	for _, err := range l.Splats() {
		if err != nil {
			t.Fatal(err)
		}
	}
	return l.State()
}

func TestState(t *testing.T) {
	t.Parallel()
	boot := "[ 0.0] Linux version 6.12.0\n[ 0.0] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar\n[ 0.1] pid_max: default: 32768 minimum: 301\n"
	trace := "[ 2.0] Call Trace:\n[ 2.0]  x+0x1/0x2\n"
	for name, c := range map[string]struct{ log, want string }{
		"nothing":                 {"", ""},
		"a boot":                  {boot, ""},
		"a lockdep report":        {boot + fmt.Sprintf(circular, "vkms"), "lockdep was turned off by the report in line 5 (circular-dependency)"},
		"the first one counts":    {fmt.Sprintf(circular, "vkms") + fmt.Sprintf(circular, "vgem"), "lockdep was turned off by the report in line 2 (circular-dependency)"},
		"suspicious RCU":          {"[ 1.0] WARNING: suspicious RCU usage\n[ 1.0] rcu_scheduler_active = 2, debug_locks = 1\n" + trace, ""},
		"suspicious RCU after it": {"[ 1.0] WARNING: suspicious RCU usage\n[ 1.0] rcu_scheduler_active = 2, debug_locks = 0\n" + trace, "lockdep was off already (line 2)"},
		"alive against all odds":  {fmt.Sprintf(circular, "vkms") + "[ 1.0] WARNING: suspicious RCU usage\n[ 1.0] rcu_scheduler_active = 2, debug_locks = 1\n" + trace, ""},
		"atomic sleep":            {"[ 1.0] BUG: sleeping function called from invalid context at a.c:1\n" + trace, ""},
		"atomic sleep after it":   {"[ 1.0] BUG: sleeping function called from invalid context at a.c:1\n[ 1.0] INFO: lockdep is turned off.\n" + trace, "lockdep was off already (line 2)"},
		"a warning":               {"[ 1.0] WARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\n" + trace, ""},
		"a check of lockdep":      {"[ 1.0] DEBUG_LOCKS_WARN_ON(1)\n[ 1.0] WARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:1 x+0x1/0x2\n" + trace, "lockdep turned itself off: a check in the locking code failed (line 1)"},
		"a warning of lockdep":    {"[ 1.0] releasing a pinned lock\n[ 1.0] WARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:1 x+0x1/0x2\n" + trace, ""},
		"a search that failed":    {"[ 1.0] ------------[ cut here ]------------\n[ 1.0] lockdep bfs error:-1\n[ 1.0] WARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:1 x+0x1/0x2\n" + trace, "lockdep turned itself off: the search in its graph failed (line 2)"},
		"a full table":            {"[ 1.0] BUG: MAX_LOCKDEP_ENTRIES too low!\n[ 1.0] turning off the locking correctness validator.\n", "lockdep was turned off by the report in line 1 (lockdep-limit)"},
		"a spinlock":              {"[ 1.0] BUG: spinlock bad magic on CPU#0, a/1\n" + trace, "lockdep was turned off by the report in line 1 (spinlock-debug)"},
		"a spinlock that spins":   {"[ 1.0] BUG: spinlock lockup suspected on CPU#0, a/1\n" + trace, ""},
		"an oops":                 {"[ 1.0] BUG: kernel NULL pointer dereference, address: 0000000000000008\n" + trace, "lockdep was turned off by the report in line 1 (null-deref)"},
		"a panic":                 {"[ 1.0] Kernel panic - not syncing: no\n", "lockdep was turned off by the report in line 1 (panic)"},
		"a taint":                 {boot + "[ 3.0] nvidia: module license 'NVIDIA' taints kernel.\n[ 3.0] Disabling lock debugging due to kernel taint\n", "lockdep was turned off because the kernel is tainted (line 5)"},
		"a taint in a report":     {"[ 1.0] BUG: Bad rss-counter state mm:1 idx:2 val:3\n[ 1.0] Disabling lock debugging due to kernel taint\n" + trace, "lockdep was turned off because the kernel is tainted (line 2)"},
		"after an oops":           {"[ 1.0] WARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\n[ 1.0] CPU: 0 UID: 0 PID: 1 Comm: a Tainted: G      D W          6.12.0-DR #1\n" + trace, "lockdep was turned off before: the kernel is tainted (D in line 2)"},
		"after a warning":         {"[ 1.0] WARNING: CPU: 0 PID: 1 at a/b.c:1 x+0x1/0x2\n[ 1.0] CPU: 0 UID: 0 PID: 1 Comm: a Tainted: G    B   W  OE       6.12.0-DR #1\n" + trace, ""},
		"another boot":            {fmt.Sprintf(circular, "vkms") + boot, ""},
		"no lockdep":              {"[ 0.0] Linux version 6.12.0\n[ 0.1] pid_max: default: 32768 minimum: 301\n", "lockdep is not in this kernel: the boot in lines 1 to 2 does not start it"},
		"no lockdep, lost lines":  {"[ 0.0] Linux version 6.12.0\n[ 0.0] ** 12 printk messages dropped **\n[ 0.1] pid_max: default: 32768 minimum: 301\n", ""},
		"the end of a boot":       {"[ 0.1] pid_max: default: 32768 minimum: 301\n", ""},
		"selftests":               {"[ 0.1] BUG:   2 unexpected failures (out of 261) - debugging disabled! |\n", "lockdep failed its own tests at boot (line 1)"},
		"a program says so":       {"<14>[ 1.0] INFO: lockdep is turned off.\n", ""},
	} {
		got := stateAfter(t, c.log)
		if got.Alive != (c.want == "") || got.Reason != c.want {
			t.Errorf("%s: %v, %q; want %v, %q", name, got.Alive, got.Reason, c.want == "", c.want)
		}
	}
}
