// SPDX-License-Identifier: MIT

package qemu

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// A consoleLog writes a guest's console to a file: the first bytes as they
// come, the last bytes from a ring when it is closed, and a note for what was
// dropped in between. The head may hold the first splat, the tail the panic;
// a guest that floods its console loses only the middle.
type consoleLog struct {
	f       *os.File
	head    int64  // bytes that may still go straight to the file
	ring    []byte // the newest bytes after the head; cap is its limit
	next    int    // where the ring is written next, once it is full
	dropped int64
	err     error // first error of the file; later bytes are dropped
}

// maxRing limits the memory for the tail.
const maxRing = 4 << 20

// createConsole replaces path by an empty log that keeps limit bytes.
func createConsole(path string, limit int64) (*consoleLog, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create console log: %w", err)
	}
	ring := min(limit/4, maxRing)
	return &consoleLog{f: f, head: limit - ring, ring: make([]byte, 0, ring)}, nil
}

// Write never fails, so that the guest is always drained; Close tells.
func (c *consoleLog) Write(p []byte) (int, error) {
	n := len(p)
	k := int(min(c.head, int64(len(p))))
	if k > 0 && c.err == nil {
		_, c.err = c.f.Write(p[:k])
	}
	c.head -= int64(k)
	c.keep(p[k:])
	return n, nil
}

// keep puts p into the ring.
func (c *consoleLog) keep(p []byte) {
	if over := len(p) - cap(c.ring); over > 0 {
		c.dropped += int64(over)
		p = p[over:]
	}
	if room := cap(c.ring) - len(c.ring); room > 0 {
		k := min(room, len(p))
		c.ring = append(c.ring, p[:k]...)
		p = p[k:]
	}
	for len(p) > 0 {
		k := copy(c.ring[c.next:], p)
		c.next = (c.next + k) % len(c.ring)
		c.dropped += int64(k)
		p = p[k:]
	}
}

// Close writes the tail and closes the file. It returns the first error that
// writing met.
func (c *consoleLog) Close() error {
	last := slices.Concat(c.ring[c.next:], c.ring[:c.next])
	if c.dropped > 0 {
		// Begin at a line: half a line could read as another message.
		if i := bytes.IndexByte(last, '\n'); i >= 0 {
			c.dropped += int64(i + 1)
			last = last[i+1:]
		}
		last = slices.Concat(fmt.Appendf(nil, "\n[fencebot: %d bytes of console dropped here]\n", c.dropped), last)
	}
	if c.err == nil {
		_, c.err = c.f.Write(last)
	}
	if err := errors.Join(c.err, c.f.Close()); err != nil {
		return fmt.Errorf("write console log: %w", err)
	}
	return nil
}

// panicMark is what kernel/panic.c prints first.
const panicMark = "Kernel panic - not syncing"

// A watcher looks for a panic in a stream that comes in pieces.
type watcher struct {
	last []byte // end of what was seen, shorter than the mark
}

// saw reports whether the mark ends in p.
func (w *watcher) saw(p []byte) bool {
	const keep = len(panicMark) - 1
	if bytes.Contains(p, []byte(panicMark)) {
		return true
	}
	seam := slices.Concat(w.last, p[:min(keep, len(p))])
	found := bytes.Contains(seam, []byte(panicMark))
	w.last = append(w.last, p[max(0, len(p)-keep):]...)
	w.last = slices.Clone(w.last[max(0, len(w.last)-keep):])
	return found
}

// drain reads r to its end in pieces and hands each to use.
func drain(r io.Reader, use func([]byte)) {
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			use(buf[:n])
		}
		if err != nil {
			return // the end, or our own close
		}
	}
}
