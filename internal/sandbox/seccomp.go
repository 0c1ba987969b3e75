// SPDX-License-Identifier: MIT

//go:build amd64 || arm64

package sandbox

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

const filterSupported = true

// refused are system calls that no compiler, linker or shell needs and that are
// doors: new namespaces (where one would be root again), mounts, keys of other
// users, and kernel interfaces with a history of holes. They fail with EPERM.
var refused = []uint32{
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT,
	unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSCONFIG,
	unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN,
	unix.SYS_USERFAULTFD, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL, unix.SYS_PTRACE,
	unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE,
	unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_QUOTACTL,
	unix.SYS_MOVE_PAGES, unix.SYS_MIGRATE_PAGES, unix.SYS_NAME_TO_HANDLE_AT,
}

// absent are refused, too, but as if the kernel did not have them, so that the
// C library falls back: glibc tries clone3, whose flags a filter cannot see,
// and then clone.
var absent = []uint32{unix.SYS_CLONE3, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER}

// namespaceFlags of clone(2) ask for new namespaces.
const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// Offsets in struct seccomp_data (linux/seccomp.h), little endian.
const (
	offNR   = 0
	offArch = 4
	offArg0 = 16
)

const (
	retAllow = unix.SECCOMP_RET_ALLOW
	retErrno = unix.SECCOMP_RET_ERRNO
	retKill  = unix.SECCOMP_RET_KILL_PROCESS
	ldAbs    = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	jeq      = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	jge      = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
	jset     = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	ret      = unix.BPF_RET | unix.BPF_K
)

// filterProgram is the filter as classic BPF. Sockets are AF_UNIX or none: the
// network namespace is empty, but AF_VSOCK and others do not belong to it.
func filterProgram() []unix.SockFilter {
	p := []unix.SockFilter{
		{Code: ldAbs, K: offArch},
		{Code: jeq, K: auditArch, Jt: 1},
		{Code: ret, K: retKill},
		{Code: ldAbs, K: offNR},
		// x32 calls on amd64 have bit 30 set; no such number exists elsewhere.
		{Code: jge, K: 0x40000000, Jf: 1},
		{Code: ret, K: retErrno | uint32(unix.ENOSYS)},
	}
	for _, nr := range refused {
		p = append(p, unix.SockFilter{Code: jeq, K: nr, Jf: 1}, unix.SockFilter{Code: ret, K: retErrno | uint32(unix.EPERM)})
	}
	for _, nr := range absent {
		p = append(p, unix.SockFilter{Code: jeq, K: nr, Jf: 1}, unix.SockFilter{Code: ret, K: retErrno | uint32(unix.ENOSYS)})
	}
	return append(p,
		unix.SockFilter{Code: jeq, K: unix.SYS_CLONE, Jf: 4}, // else: the socket rule
		unix.SockFilter{Code: ldAbs, K: offArg0},
		unix.SockFilter{Code: jset, K: namespaceFlags, Jf: 1},
		unix.SockFilter{Code: ret, K: retErrno | uint32(unix.EPERM)},
		unix.SockFilter{Code: ret, K: retAllow},
		unix.SockFilter{Code: jeq, K: unix.SYS_SOCKET, Jf: 3}, // else: allow
		unix.SockFilter{Code: ldAbs, K: offArg0},
		unix.SockFilter{Code: jeq, K: unix.AF_UNIX, Jt: 1},
		unix.SockFilter{Code: ret, K: retErrno | uint32(unix.EAFNOSUPPORT)},
		unix.SockFilter{Code: ret, K: retAllow},
	)
}

// filterFile gives the filter as bubblewrap's --seccomp wants it: a descriptor
// to read struct sock_filter from. The program is smaller than a pipe.
func filterFile() (*os.File, error) {
	var b []byte
	for _, in := range filterProgram() {
		b = binary.NativeEndian.AppendUint16(b, in.Code)
		b = append(b, in.Jt, in.Jf)
		b = binary.NativeEndian.AppendUint32(b, in.K)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if _, err := w.Write(b); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}
