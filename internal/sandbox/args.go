// SPDX-License-Identifier: MIT

package sandbox

import (
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
)

// mergedDirs are the links of a merged /usr, and plain directories before it.
var mergedDirs = []string{"/bin", "/sbin", "/lib", "/lib32", "/libx32", "/lib64"}

// etcAllowed is all of /etc that a toolchain needs: where the dynamic linker
// finds libraries, and where Debian's awk, cc and yacc point to. Neither tells
// anything about users, hosts or secrets.
var etcAllowed = []string{"/etc/ld.so.cache", "/etc/alternatives"}

// identity is the user that the command runs as.
type identity struct {
	root bool // we are root and drop to UID; else a user namespace does it
	uid  int
	gid  int
	// groups is the value of setpriv's --groups: that of Shared mounts, or none.
	groups string
}

// File descriptors that the child gets after its standard ones.
const (
	statusFD  = 3
	seccompFD = 4
)

// bwrapArgs gives the argument list of bubblewrap for a checked spec. It is a
// pure function of its arguments and of what the root directory looks like.
func (s *Sandbox) bwrapArgs(spec *Spec, id identity, lim Limits, filter bool) []string {
	a := namespaceArgs(id)
	a = append(a, "--new-session", "--die-with-parent", "--clearenv", "--hostname", "fencebot")
	a = append(a, "--json-status-fd", strconv.Itoa(statusFD))
	if filter {
		a = append(a, "--seccomp", strconv.Itoa(seccompFD))
	}
	a = append(a, rootArgs(lim)...)
	for _, m := range spec.Mounts {
		// bubblewrap makes missing parents for root alone (0700).
		for _, dir := range parents(m.Guest) {
			a = append(a, "--perms", "0755", "--dir", dir)
		}
		op := "--ro-bind"
		if m.Writable {
			op = "--bind"
		}
		a = append(a, op, m.Host, m.Guest)
	}
	// Last, when all mount points exist: the tmpfs below them would otherwise be
	// a place to fill memory that no --size bounds.
	a = append(a, "--remount-ro", "/dev", "--remount-ro", "/")
	dir := spec.Dir
	if dir == "" {
		dir = "/"
	}
	a = append(a, "--chdir", dir)
	for _, kv := range spec.Env {
		k, v, _ := strings.Cut(kv, "=")
		a = append(a, "--setenv", k, v)
	}
	a = append(a, "--")
	return append(a, s.inner(id, lim, spec.Argv)...)
}

// namespaceArgs asks for every namespace. As root there is no user namespace:
// bubblewrap would map nobody but uid 0 into it, and the command has to run as
// somebody else. The three capabilities are for setpriv, which drops them.
func namespaceArgs(id identity) []string {
	a := []string{"--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL"}
	if id.root {
		return append(a, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
	}
	return append(a, "--unshare-user")
}

// rootArgs lays out what every command sees.
func rootArgs(lim Limits) []string {
	a := []string{"--ro-bind", "/usr", "/usr"}
	for _, dir := range mergedDirs {
		if target, err := os.Readlink(dir); err == nil {
			a = append(a, "--symlink", target, dir)
		} else if _, err := os.Stat(dir); err == nil {
			a = append(a, "--ro-bind", dir, dir)
		}
	}
	a = append(a, "--perms", "0755", "--dir", "/etc")
	for _, name := range etcAllowed {
		a = append(a, "--ro-bind-try", name, name)
	}
	return append(a, "--proc", "/proc", "--dev", "/dev",
		"--perms", "1777", "--size", strconv.FormatInt(lim.TmpBytes, 10), "--tmpfs", "/tmp")
}

// parents lists the directories above a guest path, the topmost first, without
// the root.
func parents(guest string) []string {
	var dirs []string
	for dir := path.Dir(guest); dir != "/"; dir = path.Dir(dir) {
		dirs = append([]string{dir}, dirs...)
	}
	return dirs
}

// inner wraps argv in the tools that set limits and, as root, the user. When the
// host runs out of memory, the kernel is to kill here first (oom_score_adj, 1000
// being the most it takes) and not fencebot or a neighbour.
func (s *Sandbox) inner(id identity, lim Limits, argv []string) []string {
	a := append([]string{s.choom, "-n", "1000", "--", s.prlimit}, rlimitArgs(lim)...)
	a = append(a, "--")
	if id.root {
		a = append(a, s.setpriv, "--reuid", strconv.Itoa(id.uid), "--regid", strconv.Itoa(id.gid))
		if id.groups != "" {
			a = append(a, "--groups", id.groups)
		} else {
			a = append(a, "--clear-groups")
		}
		a = append(a, "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--")
	}
	return append(a, argv...)
}

func rlimitArgs(lim Limits) []string {
	a := []string{"--core=0"}
	for _, l := range []struct {
		flag string
		n    int64
	}{{"nproc", lim.Procs}, {"fsize", lim.FileBytes}, {"as", lim.AddressSpace}, {"nofile", lim.Files}} {
		if l.n >= 0 {
			a = append(a, fmt.Sprintf("--%s=%d:%d", l.flag, l.n, l.n))
		}
	}
	return a
}

// hostPath maps a path of the command to the host's, for a run without sandbox.
func hostPath(mounts []Mount, guest string) string {
	best, host := "", guest
	for _, m := range mounts {
		rest, ok := strings.CutPrefix(guest, m.Guest)
		if ok && (rest == "" || rest[0] == '/') && len(m.Guest) > len(best) {
			best, host = m.Guest, path.Join(m.Host, rest)
		}
	}
	return host
}
