// SPDX-License-Identifier: MIT

package uapi

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Nr is an ioctl request without the size of its argument: direction, type
// and number as in asm-generic/ioctl.h. The size comes from the argument, so
// that the two cannot disagree.
type Nr uint32

// Directions of asm-generic/ioctl.h, seen from user space.
const (
	write     Nr = 1 << 30
	read      Nr = 2 << 30
	readWrite    = read | write
)

// sizeShift is where asm-generic/ioctl.h puts the size of the argument.
const sizeShift = 16

// Request returns the whole request number for an argument of type T.
func Request[T any](nr Nr) uint32 {
	var arg T
	return uint32(nr) | uint32(unsafe.Sizeof(arg))<<sizeShift
}

// Call does one ioctl on fd. It tries again when a signal interrupted it,
// which Go's scheduler may send at any time. The error is a unix.Errno.
func Call[T any](fd int, nr Nr, arg *T) error {
	_, err := CallResult(fd, nr, arg)
	return err
}

// CallResult is Call for the few requests whose return value means something.
func CallResult[T any](fd int, nr Nr, arg *T) (int, error) {
	return call(fd, uintptr(Request[T](nr)), unsafe.Pointer(arg))
}

// CallNone does an ioctl that has no argument.
func CallNone(fd int, nr Nr) error {
	_, err := call(fd, uintptr(nr), nil)
	return err
}

func call(fd int, request uintptr, arg unsafe.Pointer) (int, error) {
	for {
		n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
			continue
		}
		return -1, errno
	}
}

// Pointers keeps in place what addresses inside of structures point to, for
// as long as the kernel may read them. Release it after the call.
type Pointers struct {
	pin runtime.Pinner
}

// Release lets go of everything that was pinned.
func (p *Pointers) Release() { p.pin.Unpin() }

// Slice returns the address of s as the kernel wants it in a structure, 0 for
// an empty slice.
func Slice[T any](p *Pointers, s []T) uint64 {
	if len(s) == 0 {
		return 0
	}
	p.pin.Pin(&s[0])
	return uint64(uintptr(unsafe.Pointer(&s[0])))
}

// CString returns the text in b up to its first NUL.
func CString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
