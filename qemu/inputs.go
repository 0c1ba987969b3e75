// SPDX-License-Identifier: MIT

package qemu

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// firstFD is the number that the first of exec.Cmd's ExtraFiles gets.
const firstFD = 3

// Places of the descriptors in inputs.files.
const (
	agentFile = iota
	kernelFile
	rootFile
)

// maxKernel limits the kernel image, which is copied to memory.
const maxKernel = 1 << 30

// inputs is all that a QEMU is handed: descriptors, never names, since it runs
// as somebody who may not be able to reach our state directory.
type inputs struct {
	stdin, stdout *os.File   // of the console
	files         []*os.File // by the constants above, then what not every guest has
	extra         int        // place of the extra image in files; 0 for none
	firmware      int        // place of the firmware in files; 0 for none
	channels
}

// openInputs opens the files of o and makes the channels.
func openInputs(o Options) (in *inputs, err error) {
	in = &inputs{}
	defer func() {
		if err != nil {
			in.release()
			in.channels.close()
			in = nil
		}
	}()
	if in.stdin, in.stdout, err = in.openConsole(); err != nil {
		return in, err
	}
	agent, err := in.openAgent()
	if err != nil {
		return in, err
	}
	in.files = append(in.files, agent)
	kernel, err := memoryCopy(o.Kernel)
	if err != nil {
		return in, err
	}
	in.files = append(in.files, kernel)
	_, err = in.open(o.RootImage)
	if err == nil && o.ExtraImage != "" {
		in.extra, err = in.open(o.ExtraImage)
	}
	if err == nil && o.Firmware != "" {
		in.firmware, err = in.open(o.Firmware)
	}
	return in, err
}

// open adds an image and returns its place.
func (in *inputs) open(image string) (place int, err error) {
	f, err := os.Open(image)
	if err != nil {
		return 0, fmt.Errorf("open image: %w", err)
	}
	in.files = append(in.files, f)
	return len(in.files) - 1, nil
}

// wiring names the descriptors as QEMU sees them.
func (in *inputs) wiring() wiring {
	w := wiring{
		console: "stdio,signal=off",
		agent:   "socket,fd=" + strconv.Itoa(firstFD+agentFile),
		kernel:  selfFD(firstFD + kernelFile),
	}
	set, root := fdset(firstFD + rootFile)
	w.root, w.fdsets = root, append(w.fdsets, set)
	if in.extra > 0 {
		set, name := fdset(firstFD + in.extra)
		w.extra, w.fdsets = name, append(w.fdsets, set)
	}
	if in.firmware > 0 {
		w.firmware = selfFD(firstFD + in.firmware) // -initrd takes a name, as -kernel does
	}
	return w
}

// release closes QEMU's ends and files.
func (in *inputs) release() {
	for _, f := range append(in.files, in.stdin, in.stdout) {
		f.Close() // read-only, a pipe or a socket: nothing is lost
	}
}

// memoryCopy returns a copy of the kernel image at path that lives in memory
// only.
func memoryCopy(path string) (*os.File, error) {
	src, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open kernel: %w", err)
	}
	defer src.Close()
	f, err := memoryFile("kernel", src)
	if err != nil {
		return nil, fmt.Errorf("copy kernel %s: %w", path, err)
	}
	return f, nil
}

// memoryFile returns a file in memory with what r holds.
//
// -kernel takes a name and opens it itself, so the name is /proc/self/fd/N;
// that open is checked against the mode of the file, which may be readable for
// us only. A memfd has mode 0777 (mm/memfd.c), and the image cannot change
// under a running guest.
func memoryFile(name string, r io.Reader) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), name)
	n, err := io.Copy(f, io.LimitReader(r, maxKernel))
	if err == nil && n == maxKernel {
		err = syscall.EFBIG
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("fill memory file: %w", err)
	}
	return f, nil
}

// selfFD returns a name for descriptor fd in the process that opens it.
func selfFD(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
