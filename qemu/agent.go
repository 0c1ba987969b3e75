// SPDX-License-Identifier: MIT

package qemu

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
)

// ErrNotStatic reports a program that needs a dynamic loader. The root image
// has none: the kernel would panic with "Requested init /init failed".
var ErrNotStatic = errors.New("it is linked dynamically; build it with CGO_ENABLED=0, as make build does")

// CheckAgent reports whether a program can be /init of the root image. The
// error wraps [ErrNotStatic] when it needs a dynamic loader; a program that is
// no ELF file is not looked into.
func CheckAgent(program string) error {
	f, err := elf.Open(program)
	if _, other := errors.AsType[*elf.FormatError](err); other || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the agent: %w", err)
	}
	defer f.Close()
	loader, err := interpreter(f)
	if err == nil && loader != "" {
		err = ErrNotStatic
	}
	if err != nil {
		return fmt.Errorf("use %s as the agent in the guest: %w", program, err)
	}
	return nil
}
