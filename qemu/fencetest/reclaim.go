// SPDX-License-Identifier: MIT

package fencetest

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// reclaimTests let the memory management run against the drivers.
func reclaimTests() []subtest {
	return []subtest{
		{name: "shrink-objects", run: shrinkObjects},
		{name: "shrink-fences", run: shrinkFences},
		{name: "kswapd", run: kswapd},
	}
}

// dropCaches frees the page cache and runs every shrinker:
// Documentation/admin-guide/sysctl/vm.rst, drop_caches.
func dropCaches(t *trial) {
	t.need(writeFile("/proc/sys/vm/drop_caches", "2"), "drop caches")
}

// writeFile writes to a control file in one write.
func writeFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// maxFile is how much of a file in procfs or debugfs is read.
const maxFile = 1 << 20

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// shrinkObjects drops caches while buffers of all drivers are mapped,
// exported and imported.
func shrinkObjects(t *trial) {
	for _, driver := range []string{vgem, vkms, virtio} {
		d := t.device(driver)
		b := d.dumb(256, 256, 32)
		b.mmap()
		b.export()
	}
	t.need(writeFile("/proc/sys/vm/drop_caches", "3"), "drop caches")
}

// shrinkFences drops caches while a thread signals and waits.
func shrinkFences(t *trial) {
	line := t.timeline()
	fences := []int{line.fence(1), line.fence(2), line.fence(3)}
	dropped := t.async(func() error { return writeFile("/proc/sys/vm/drop_caches", "2") })
	for _, fence := range fences {
		line.inc(1)
		t.ready(fence, unix.POLLIN, "fence")
	}
	t.await(dropped, "drop caches")
}

// kswapd makes the kernel's own reclaim run, which unlike drop_caches holds
// fs_reclaim while it calls the shrinkers: it raises the low watermark above
// the free memory, but leaves the minimum below it so that nobody is killed.
func kswapd(t *trial) {
	const knob = "/proc/sys/vm/min_free_kbytes"
	old, err := readBounded(knob)
	t.need(err, "read watermark")
	free := memFree(t)
	t.after(func() { _ = writeFile(knob, strings.TrimSpace(string(old))) })
	t.need(writeFile(knob, strconv.Itoa(free-free/8)), "raise watermark")
	d := t.device(vgem)
	for range 3 { // each allocation finds too little and wakes kswapd
		b := d.dumb(128, 128, 32)
		b.mmap()
		b.export()
	}
	_, _ = poll(d.fd, unix.POLLIN, moment)
}

// memFree returns MemFree of /proc/meminfo in KiB.
func memFree(t *trial) int {
	info, err := readBounded("/proc/meminfo")
	t.need(err, "read meminfo")
	for line := range strings.Lines(string(info)) {
		if value, ok := strings.CutPrefix(line, "MemFree:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			t.must(err, "parse meminfo")
			return n
		}
	}
	t.skip("no MemFree in meminfo")
	return 0
}

// readDebugfs reads every file of the device once, as IGT's debugfs_test does.
func readDebugfs(t *trial) {
	d := t.device(t.driver)
	d.dumb(32, 32, 32)
	n := 0
	// The directory of a minor is a link to that of the device.
	root, err := filepath.EvalSymlinks(d.debugfs(""))
	t.need(err, "find debugfs")
	err = filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !readable(path) {
			return nil //nolint:nilerr // a file that went away is no failure
		}
		if text, err := readNonblocking(path); err == nil {
			n++
			t.logf("%s: %d bytes", strings.TrimPrefix(path, root), len(text))
		}
		return nil
	})
	t.need(err, "walk debugfs")
	if n == 0 {
		t.skip("nothing in %s", root)
	}
}

// readable tells the files whose reading means something else than a look: the
// data file of a CRC source starts the capture, and is a test of its own.
func readable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o444 != 0 && !strings.HasSuffix(path, "/crc/data")
}

func readNonblocking(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}
