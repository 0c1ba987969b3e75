// SPDX-License-Identifier: MIT

package lockdep

// reportWords are the beginnings of unindented lines inside reports, from
// lib/dump_stack.c, arch/*/kernel/{dumpstack,process,traps}.c, mm/{debug,kasan/*}.c
// and kernel/locking/lockdep.c.
var reportWords = []string{
	"Call Trace", "Call trace", "stack backtrace", "backtrace", "Backtrace", "CPU: ", "CPU#", "Hardware name",
	"Modules linked in", "Workqueue:", "RIP: ", "RSP: ", "Code: ", "CS: ", "FS: ", "CR2: ", "DR0: ", "DR3: ", "PKRU: ",
	"ORIG_RAX", "pstate: ", "PC is at ", "LR is at ", "Flags: ", "Control: ", "Process ", "Stack:", "Exception stack",
	"task: ", "Tainted: ", "Sched_ext:", "Kernel Offset", "Dumping ftrace", "---[ ",
	"irq event stamp", "hardirqs last", "softirqs last", "other info that", "but task is", "but this ", "and this ",
	"but there are no", "which lock already", "which would create", "the existing dependency", "the dependencies between",
	"the shortest dependencies", "... which became", "to a ", "-> #", "#", "(", "Chain exists of", "no locks held",
	"rcu_scheduler_active", "context-{", "{", "<", ">", "*", "ff", "[<",
	"Showing all locks", "Showing busy workqueues", "NMI backtrace", "Sending NMI", "INFO: ", "\"echo 0",
	"Allocated by", "Freed by", "The buggy", "Memory state", "Read of size", "Write of size", "which belongs to",
	"Last potentially", "page:", "page ", "flags:", "raw:", "index ", "caller is ", "preempt_count", "in_atomic",
	"Preemption disabled", "read to ", "write to ", "read-write to ", "value changed", "Reported by",
	"Uninit was", "Local variable", "Bytes ", "Memory access", "Data copied", "unreferenced object", "comm ",
	"PGD ", "#PF: ", "BUG: ", "WARNING: ", "Oops", "Internal error", "invalid opcode", "KASAN: ", "kasan: ", "IP: ",
	"Register r", "swapper pgtable", "SMP: stopping", "CPU features: ", "Memory Limit: ", "Held locks:", "Locks in cached chain:",
	"Mem abort info", "Data abort info", "user pgtable", "turning off the locking", "[ turning off deadlock", "the code is fine", "you didn't",
}
