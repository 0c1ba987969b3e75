// SPDX-License-Identifier: MIT

package lockdep

import "strings"

// An identity is who wrote a report: the task, its processor and the kernel, as
// print_kernel_ident() in kernel/locking/lockdep.c and dump_stack_print_info() in
// lib/dump_stack.c tell them. The first line that tells a thing counts.
type identity struct {
	task, cpu, kernel, taint string

	hung bool // the report is about a task that does not run
}

// message reads the first line of a report.
func (id *identity) message(s string) {
	id.cpu = processor(s)
	if strings.HasPrefix(s, "INFO: task ") {
		id.task, id.hung = hungTask(s), true
	}
	for _, before := range []string{"scheduling while atomic: ", "] code: "} {
		if _, rest, ok := strings.Cut(s, before); ok && id.task == "" {
			id.task = nameAndPid(rest)
		}
	}
}

// line reads a line of the header.
func (id *identity) line(text string) {
	if name, pid, ok := taskOf(text); ok && id.task == "" {
		id.task = name + "/" + pid
	}
	if rest, ok := strings.CutPrefix(text, `comm "`); ok && id.task == "" { // of a leak: who allocated it
		id.task = leaker(rest)
	}
	if id.kernel != "" {
		return
	}
	if release, rest, ok := strings.Cut(text, " "); ok && isRelease(release) && strings.HasPrefix(rest, "#") {
		id.kernel = release
		_, id.taint, _ = strings.Cut(rest, "Tainted: ")
		id.taint = strings.TrimSpace(id.taint)
		return
	}
	id.build(text, "Not tainted ", "Tainted: ")
}

// stack reads "CPU: 0 UID: 0 PID: 86 Comm: kms_vblank Tainted: G   W  6.12.0 #1", and
// "Pid: 86, comm: name Not tainted 3.5.0 #1" of kernels before 3.10. It returns
// false for any other line.
func (id *identity) stack(text string) bool {
	if rest, ok := strings.CutPrefix(text, "CPU: "); ok {
		if id.cpu == "" && !id.hung { // a hung task is on none: the line is of the watchdog
			id.cpu = leadingDigits(rest)
		}
	} else if !strings.HasPrefix(text, "Pid: ") {
		return false
	}
	if id.task == "" {
		id.task = commOf(text)
	}
	if id.kernel == "" {
		id.build(text, " Not tainted ", " Tainted: ")
	}
	return true
}

// build reads "Not tainted 6.12.0 #1" and "Tainted: G        W          6.12.0 #1":
// flags are capital letters and blanks, a release begins with a digit.
func (id *identity) build(text, clean, tainted string) {
	if _, rest, ok := strings.Cut(text, clean); ok {
		id.setKernel(rest)
		return
	}
	_, rest, ok := strings.Cut(text, tainted)
	if !ok {
		return
	}
	i := strings.IndexAny(rest, "0123456789")
	if i < 0 {
		return
	}
	id.setKernel(rest[i:])
	if id.kernel != "" {
		id.taint = strings.TrimSpace(rest[:i])
	}
}

func (id *identity) setKernel(s string) {
	if release, _, _ := strings.Cut(strings.TrimSpace(s), " "); isRelease(release) {
		id.kernel = release
	}
}

// isRelease knows "6.12.117+" and "2.6.32-rc6-00035-g8b17a4f".
func isRelease(s string) bool {
	major, rest, ok := strings.Cut(s, ".")
	return ok && digits([]byte(major)) && rest != "" && isDigit(rest[0]) && len(s) < 128
}

// processor is the number in "CPU: 1", "CPU#1" and "on CPU#0, name/1" of a message.
func processor(s string) string {
	for _, word := range []string{"CPU: ", "CPU#"} {
		if _, rest, ok := strings.Cut(s, word); ok {
			return leadingDigits(rest)
		}
	}
	return ""
}

func leadingDigits(s string) string {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i]
}

// hungTask turns "INFO: task a:b:123 blocked for" into "a:b/123".
func hungTask(s string) string {
	s = strings.TrimPrefix(s, "INFO: task ")
	for _, end := range []string{" blocked ", " can't die "} {
		if name, _, ok := strings.Cut(s, end); ok {
			if i := strings.LastIndexByte(name, ':'); i > 0 {
				return name[:i] + "/" + name[i+1:]
			}
		}
	}
	return ""
}

// leaker reads `name", pid 86, jiffies 4294894918`.
func leaker(s string) string {
	name, rest, ok := strings.Cut(s, `", pid `)
	pid := leadingDigits(rest)
	if !ok || pid == "" || len(name) > 64 {
		return ""
	}
	return name + "/" + pid
}

// nameAndPid reads "name/123" at the end of a message, or before "/0x00000002".
func nameAndPid(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndex(s, "/0x"); i > 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '/'); i > 0 && digits([]byte(s[i+1:])) && len(s) < 64 {
		return s
	}
	return ""
}

// taskOf finds the task that begins a line: "kms_vblank/86 is trying to ...",
// "swapper/0/0 [HC1[1]:SC0[0]:HE0:SE1] takes:", "name/1 just changed the state ...".
func taskOf(text string) (name, pid string, ok bool) {
	for _, verb := range []string{" is ", " just ", " [HC", " still ", " takes:"} {
		who, _, found := strings.Cut(text, verb)
		if !found {
			continue
		}
		who = strings.TrimPrefix(who, "WARNING: ")
		if i := strings.LastIndexByte(who, '/'); i > 0 && digits([]byte(who[i+1:])) && len(who) < 64 {
			return who[:i], who[i+1:], true
		}
	}
	return "", "", false
}

// commOf turns "CPU: 0 UID: 0 PID: 86 Comm: kms_vblank Not tainted ..." into "kms_vblank/86".
func commOf(text string) string {
	_, rest, ok := strings.Cut(text, "PID: ")
	pid, rest, ok2 := strings.Cut(rest, " Comm: ")
	if !ok {
		_, rest, ok = strings.Cut(text, "Pid: ")
		pid, rest, ok2 = strings.Cut(rest, ", comm: ")
	}
	if !ok || !ok2 || !digits([]byte(pid)) {
		return ""
	}
	for _, end := range []string{" Kdump:", " Not tainted", " Tainted:"} {
		if name, _, ok := strings.Cut(rest, end); ok {
			return name + "/" + pid
		}
	}
	return ""
}
