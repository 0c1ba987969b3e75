// SPDX-License-Identifier: MIT

package lockdep

import "testing"

// What is chance in a message must not reach the title: two boots with the same bug
// have the same one.
func TestTitle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		family  Family
		message string
		want    string
	}{
		"hung task":               {HungTask, "INFO: task kms_vblank:86 blocked for more than 20 seconds.", "task kms_vblank blocked in fn"},
		"hung worker":             {HungTask, "INFO: task kworker/u4:0:86 blocked for more than 120 seconds.", "task kworker blocked in fn"},
		"hung in I/O":             {HungTask, "INFO: task a:b:8 blocked in I/O wait for more than 120 seconds.", "task a:b blocked in I/O wait in fn"},
		"will not die":            {HungTask, "INFO: task syz.2.17:86 can't die for more than 143 seconds.", "task syz can't die in fn"},
		"locks at exit":           {LocksStillHeld, "WARNING: kms_vblank/86 still has locks held!", "kms_vblank still has locks held in fn"},
		"soft lockup":             {SoftLockup, "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kms_vblank:86]", "soft lockup in fn"},
		"soft lockup, old":        {SoftLockup, "BUG: soft lockup detected on CPU#1!", "soft lockup detected in fn"},
		"hard lockup":             {HardLockup, "watchdog: Watchdog detected hard LOCKUP on cpu 1", "Watchdog detected hard LOCKUP in fn"},
		"hard lockup, powerpc":    {HardLockup, "watchdog: CPU 3 self-detected hard LOCKUP @ x+0x1/0x2", "self-detected hard LOCKUP in fn"},
		"hard lockup of another":  {HardLockup, "CPU0: Watchdog detected hard LOCKUP on cpu 1", "Watchdog detected hard LOCKUP in fn"},
		"workqueue":               {WorkqueueLockup, "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!", "workqueue lockup in fn"},
		"RCU":                     {RCUStall, "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-...! } 268 jiffies s: 5 root: 0x1/.", "rcu_preempt detected expedited stalls on CPUs/tasks in fn"},
		"RCU, old":                {RCUStall, "INFO: rcu_sched self-detected stall on CPU { 1}  (t=10000 jiffies g=1 c=2 q=3)", "rcu_sched self-detected stall on CPU in fn"},
		"scheduling":              {SchedulingAtomic, "BUG: scheduling while atomic: kms_vblank/86/0x00000002", "scheduling while atomic in fn"},
		"not to block":            {SchedulingAtomic, "BUG: scheduling in a non-blocking section: a/86/0", "scheduling in a non-blocking section in fn"},
		"sleep":                   {AtomicSleep, "BUG: sleeping function called from invalid context at mm/slab.h:12", "sleeping function called from invalid context at mm/slab.h:12 in fn"},
		"preempt":                 {PreemptID, "BUG: using smp_processor_id() in preemptible [00000000] code: a/86", "using smp_processor_id() in preemptible code in fn"},
		"spinlock":                {SpinlockDebug, "BUG: spinlock recursion on CPU#1, a/86", "spinlock recursion in fn"},
		"leaked lock":             {WorkqueueLeak, "BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[353]", "workqueue leaked atomic, lock or RCU in fn"},
		"bad page":                {BadPage, "BUG: Bad page state in process kms_vblank  pfn:1a2b3", "Bad page state in fn"},
		"page counters":           {BadPage, "BUG: Bad rss-counter state mm:00000000abcdef01 type:MM_FILEPAGES val:1", "Bad rss-counter state in fn"},
		"page tables":             {BadPage, "BUG: non-zero pgtables_bytes on freeing mm: 4096", "non-zero pgtables_bytes on freeing mm in fn"},
		"null":                    {NullDereference, "BUG: kernel NULL pointer dereference, address: 0000000000000008", "kernel NULL pointer dereference in fn"},
		"null, old":               {NullDereference, "BUG: unable to handle kernel NULL pointer dereference at 0000000000000008", "unable to handle kernel NULL pointer dereference in fn"},
		"null, arm":               {NullDereference, "Unable to handle kernel NULL pointer dereference at virtual address 00000008", "Unable to handle kernel NULL pointer dereference in fn"},
		"page fault":              {PageFault, "BUG: unable to handle page fault for address: ffffc90000123000", "unable to handle page fault in fn"},
		"page fault, old":         {PageFault, "BUG: unable to handle kernel paging request at ffffc90000123000", "unable to handle kernel paging request in fn"},
		"oops without its line":   {PageFault, "Oops: 0002 [#1] PREEMPT SMP", "Oops in fn"},
		"oops of arm":             {PageFault, "Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP", "Internal error: Oops in fn"},
		"protection":              {GeneralProtection, "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000001: 0000 [#1] PREEMPT SMP KASAN", "general protection fault, probably for non-canonical address in fn"},
		"protection, old":         {GeneralProtection, "general protection fault: 0000 [#1] SMP", "general protection fault in fn"},
		"division":                {DivideError, "Oops: divide error: 0000 [#1] PREEMPT SMP", "divide error in fn"},
		"double fault":            {DoubleFault, "traps: PANIC: double fault, error_code: 0x0", "double fault in fn"},
		"BUG()":                   {KernelBug, "kernel BUG at drivers/gpu/drm/vkms/vkms_plane.c:99!", "kernel BUG at drivers/gpu/drm/vkms/vkms_plane.c:99 in fn"},
		"list, entry":             {ListCorruption, "list_del corruption, ffff8880004c9090->next is LIST_POISON1 (dead000000000100)", "list_del corruption, entry->next is LIST_POISON1 in fn"},
		"list, neighbour":         {ListCorruption, "list_del corruption. prev->next should be ffff888000000000, but was ffff888000000008. (prev=ffff888000000000)", "list_del corruption. prev->next should be entry in fn"},
		"list, add":               {ListCorruption, "list_add corruption. next->prev should be prev (ffff888000000000), but was ffff888000000008. (next=ffff888000000000).", "list_add corruption. next->prev should be prev in fn"},
		"list, twice":             {ListCorruption, "list_add double add: new=ffff888000000000, prev=ffff888000000008, next=ffff888000000000.", "list_add double add in fn"},
		"objects":                 {ODebug, "ODEBUG: free active (active state 0) object: 00000000abcdef01 object type: timer_list hint: vkms_tick+0x0/0x34", "ODEBUG: free active (active state 0) object type: timer_list hint: vkms_tick in fn"},
		"objects, the warning":    {ODebug, "WARNING: CPU: 0 PID: 86 at lib/debugobjects.c:514 debug_print_object+0x12/0x34", "warning at lib/debugobjects.c in fn"},
		"warning without place":   {Warning, "WARNING: CPU: 1 PID: 22 at x+0x1/0x2", "warning in fn"},
		"bad stack":               {Warning, "WARNING: kernel stack regs at (____ptrval____) in a:86 has bad 'bp' value (____ptrval____)", "kernel stack regs has bad 'bp' value in fn"},
		"key":                     {LockdepInternal, "BUG: key ffff888000000000 has not been registered!", "key has not been registered in fn"},
		"KASAN":                   {KASAN, "BUG: KASAN: slab-use-after-free in fn+0x12/0x34", "KASAN: slab-use-after-free in fn"},
		"KASAN in a helper":       {KASAN, "BUG: KASAN: slab-use-after-free in memcpy+0x12/0x34", "KASAN: slab-use-after-free in memcpy, called by fn"},
		"KASAN without a place":   {KASAN, "BUG: KASAN: null-ptr-deref on address 0000000000000008", "KASAN: null-ptr-deref in fn"},
		"leak":                    {Kmemleak, "kmemleak: unreferenced object 0xffff888003a55100 (size 64):", "kmemleak: unreferenced object in fn"},
		"KCSAN":                   {KCSAN, "BUG: KCSAN: data-race in fn [vkms] / other [vkms]", "KCSAN: data-race in fn / other"},
		"KCSAN, second":           {KCSAN, "BUG: KCSAN: data-race in list_add / fn", "KCSAN: data-race in list_add / fn"},
		"KCSAN, one side":         {KCSAN, "BUG: KCSAN: data-race in fn+0x12/0x34", "KCSAN: data-race in fn"},
		"UBSAN":                   {UBSAN, "UBSAN: shift-out-of-bounds in drivers/a.c:12:34", "UBSAN: shift-out-of-bounds in drivers/a.c:12:34 in fn"},
		"order of two":            {IRQSafeUnsafe, "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", "HARDIRQ-safe -> HARDIRQ-unsafe lock order detected in fn"},
		"old brackets":            {CircularDependency, "[ INFO: possible circular locking dependency detected ]", "possible circular locking dependency detected in fn"},
		"init dies":               {Panic, "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b", "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b in fn"},
		"a word that is no place": {Refcount, "refcount_t: underflow; use-after-free.", "refcount_t: underflow; use-after-free in fn"},
	} {
		if got := title(c.family, c.message, "fn"); got != c.want {
			t.Errorf("%s: title(%q) = %q; want %q", name, c.message, got, c.want)
		}
	}
}

func TestTitleOfHostileMessages(t *testing.T) {
	t.Parallel()
	for _, f := range []Family{HungTask, LocksStillHeld, KCSAN, ListCorruption, PageFault, ODebug, RCUStall} {
		for _, s := range []string{"", ":", " / ", " in / ", "task  blocked for more than ", "/1 still has locks held!", "+0x", "\xff\xfe", "->", " object:  object type: "} {
			title(f, s, "") // must not panic
			title(f, "BUG: "+s, "fn")
		}
	}
}
