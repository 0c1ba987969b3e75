// SPDX-License-Identifier: MIT

package lockdep

// Plumbing reports whether a function never says whose bug a report is: it is part
// of how the kernel reports, or a service that its caller chose to use, such as
// locks, waiting, memory and strings.
func Plumbing(function string) bool { return machinery(function) || helper(function) }

// FirstCaller is the index of the first frame, from the innermost one out, that is
// neither a helper nor machinery (see [Plumbing]): the place in a stack that a driver
// developer would name. Frames with a question mark count only where no reliable frame
// will do. It is -1 if all of the stack is plumbing, or empty.
//
// Unlike [Splat.Function] it knows nothing of the family of a report: console_lock()
// is plumbing here, though not for a sleep in atomic context. And rtnl_lock() and its
// like, which take the one lock that they are named for, are no place here: the class
// of the lock says as much.
func FirstCaller(stack []Frame) int {
	return indexOf(stack, func(fn string) bool { return !Plumbing(fn) && !namedLock(fn) })
}

// namedLock knows functions that take one well-known lock for their caller.
func namedLock(fn string) bool {
	switch fn {
	case "rtnl_lock", "rtnl_trylock", "rtnl_lock_killable", "pipe_lock", "pipe_double_lock", "cpus_read_lock", "cpus_write_lock",
		"get_online_cpus", "lock_page", "lock_system_sleep", "mmap_read_lock", "mmap_write_lock", "inode_lock":
		return true
	}
	return false
}

// firstOf is the first frame of a trace whose function is wanted, by the reliable
// frames, else by those with a question mark.
func firstOf(trace []Frame, want func(string) bool) (Frame, bool) {
	if i := indexOf(trace, want); i >= 0 {
		return trace[i], true
	}
	return Frame{}, false
}

func indexOf(trace []Frame, want func(string) bool) int {
	for _, reliable := range []bool{true, false} {
		for i, f := range trace {
			if f.Reliable == reliable && f.Function != "" && want(f.Function) {
				return i
			}
		}
	}
	return -1
}
