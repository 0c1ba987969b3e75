// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A repeater is a log of size bytes that repeats one text. After every mark bytes
// it measures what is alive on the heap.
type repeater struct {
	text       string
	size, mark int64
	at, next   int64
	peak       uint64
}

func (r *repeater) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.at >= r.next {
		r.next += r.mark
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		r.peak = max(r.peak, m.HeapAlloc)
	}
	n := copy(p, r.text[r.at%int64(len(r.text)):])
	r.at += int64(n)
	return n, nil
}

// Not parallel: it measures the heap of the whole process.
func TestMemoryIsBounded(t *testing.T) {
	const size, limit = 200 << 20, 8 << 20
	quiet := strings.Repeat("[   12.345678] vkms: a line of a driver that has much to say about nothing\n", 1000)
	endless := "BUG: scheduling while atomic: a/1/0x00000002\nCall Trace:\n" + strings.Repeat(" fn+0x1/0x2\n", 1<<16)
	for name, c := range map[string]struct {
		text string
		size int64
	}{
		"no reports":       {quiet, size},
		"many reports":     {fmt.Sprintf(circular, "vkms"), size / 8},
		"report and noise": {fmt.Sprintf(circular, "vkms") + quiet, size},
		"endless report":   {endless, size / 8},
		"one endless line": {strings.Repeat("BUG: scheduling while atomic ", 1000), size},
	} {
		t.Run(name, func(t *testing.T) {
			r := &repeater{text: c.text, size: c.size, mark: c.size / 8}
			if testing.Short() || raceEnabled {
				r.size, r.mark = c.size/20, c.size/160
			}
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			for _, err := range lockdep.Scan(r, lockdep.Options{}) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if r.peak > before.HeapAlloc+limit {
				t.Errorf("%d KiB alive while reading; want at most %d", (r.peak-before.HeapAlloc)>>10, limit>>10)
			}
		})
	}
}
