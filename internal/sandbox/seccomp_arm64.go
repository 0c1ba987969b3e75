// SPDX-License-Identifier: MIT

package sandbox

import "golang.org/x/sys/unix"

// auditArch is what seccomp calls this machine; calls of other kinds (32 bits)
// kill the caller.
const auditArch = unix.AUDIT_ARCH_AARCH64
