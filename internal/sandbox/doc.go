// SPDX-License-Identifier: MIT

// Package sandbox runs a command that is written by a stranger.
//
// A command sees the host's toolchain read-only, the directories it is given,
// a sized /tmp, a /proc of its own and a minimal /dev; nothing else of the
// host, and of /etc only the linker's cache and the symbolic links of
// /etc/alternatives. It has no network, no capabilities, no way to gain them,
// and an own user id when fencebot runs as root. It dies with its context, with
// fencebot, and with the first limit that it meets.
//
// The mechanisms, each named because a reader of docs/security.md should be
// able to look them up:
//
//   - bubblewrap makes the namespaces and the mounts. As root it is no sandbox by
//     itself, because it keeps the capabilities of uid 0: then setpriv(1) drops to
//     an unprivileged uid that no other sandbox uses, without capabilities and
//     with no_new_privs, before the command starts. An ordinary user gets a user
//     namespace.
//   - A seccomp filter refuses new namespaces, sockets other than AF_UNIX, and the
//     kernel interfaces that no build needs.
//   - prlimit(1) sets RLIMIT_NPROC, FSIZE, AS, CORE and NOFILE. A watcher holds
//     what the writable mounts take on disk; the size of /tmp is the tmpfs's own.
//     choom(1) makes the command the first that the kernel's OOM killer takes;
//     all processes together have no other limit of memory.
//   - The pid namespace ends with its first process, and so does everything in it.
//
// Run refuses a spec that it cannot confine. It returns an [*ExitError] when the
// command ran and did not succeed, a [*LimitError] when it met a limit, the cause
// of the context when that ended, and any other error when the sandbox itself did
// not come up. A host without a working bubblewrap is an [*UnavailableError] of
// [Find]; there is no silent fallback, [None] has to be asked for.
package sandbox
