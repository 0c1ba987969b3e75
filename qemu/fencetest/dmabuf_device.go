// SPDX-License-Identifier: MIT

package fencetest

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
)

// fenceOf returns what a device has put on a dma-buf, as sync_file: the fences
// that a new user with these flags would wait for.
func (t *trial) fenceOf(dmabuf int, flags uint32) int {
	arg := uapi.DmaBufSyncFile{Flags: flags}
	t.must(uapi.Call(dmabuf, uapi.NrDmaBufExportSync, &arg), "export sync_file")
	return t.own(int(arg.FD))
}

// block puts a fence on a dma-buf that everybody has to wait for, and returns
// what signals it.
func (t *trial) block(dmabuf int) (release func()) {
	line := t.timeline()
	arg := uapi.DmaBufSyncFile{Flags: uapi.DmaBufWrite, FD: int32(line.fence(1))}
	t.need(uapi.Call(dmabuf, uapi.NrDmaBufImportSync, &arg), "import sync_file")
	return func() { line.inc(1) }
}

// eventually asks every few milliseconds until ok says yes, and ends the subtest
// when it does not in time.
func (t *trial) eventually(what string, ok func() bool) {
	end := time.Now().Add(patience)
	for !ok() {
		t.check(time.Now().Before(end), "%s: not after %v", what, patience)
		_, _ = unix.Poll(nil, 5)
	}
}
