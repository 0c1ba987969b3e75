// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// addLogs adds the logs of testdata, and short ones that are hard to read.
func addLogs(f *testing.F) {
	logs, err := filepath.Glob(filepath.Join("testdata", "*", "*.log"))
	if err != nil || len(logs) == 0 {
		f.Fatalf("find testdata: %v", err)
	}
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, make := range hostile {
		f.Add([]byte(make(300)))
	}
	for _, s := range []string{
		"[    1.0][ T1] BUG: KASAN: use-after-free in x+0x1/0x2\nINFO: task a:b:1 blocked for more than 1 seconds.\n",
		"x is trying to release lock (a) at:\n (a){....} -> (b){....}\nChain exists of:\n a --> b --> c\n-> #0 (",
		"Kernel panic - not syncing\n----\n====================\n---[ end Kernel panic",
		"4,1,2,-,caller=T1;BUG: x\\x0a\\x1b[31m\n SUBSYSTEM=pci\n",
		"Panic#1 Part2\n<4>[    1.0] x\nPanic#1 Part1\n<4>[    1.0] BUG: memory leak\n",
		"a\rb\r\nc\n\rd",
	} {
		f.Add([]byte(s))
	}
}

func FuzzScan(f *testing.F) {
	addLogs(f)
	f.Fuzz(func(t *testing.T, log []byte) {
		opt := Options{MaxReport: 4096, MaxLine: 256}
		line, dump := 0, bytes.Contains(log, []byte(" Part"))
		l := NewLog(bytes.NewReader(log), opt)
		for s, err := range l.Splats() {
			switch {
			case err != nil:
				t.Fatal(err)
			case len(s.Raw) > 3*opt.MaxReport: // replacement runes are longer than what they replace
				t.Errorf("raw has %d bytes", len(s.Raw))
			case !utf8.ValidString(s.Raw + s.Title + s.Function + s.Task + s.Subtest):
				t.Errorf("invalid UTF-8 in %+v", s)
			case s.Line < line && !dump && bytes.IndexByte(log, '\r') < 0:
				t.Errorf("line %d after line %d", s.Line, line)
			case s.Family == "" || len(s.Signature) != 32 || s.Title == "":
				t.Errorf("incomplete: %+v", s)
			}
			line = s.Line
		}
		if s := l.State(); s.Alive != (s.Reason == "") {
			t.Errorf("state %+v", s)
		}
		if l.in.work > 5*len(log) {
			t.Errorf("searched %d bytes in %d", l.in.work, len(log))
		}
	})
}

// FuzzLines holds the reader of lines against itself with other buffers.
func FuzzLines(f *testing.F) {
	addLogs(f)
	read := func(t *testing.T, in io.Reader) string {
		var out strings.Builder
		for r := newLineReader(in, 64); ; {
			line, err := r.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				return out.String()
			}
			if len(line) > 64 || bytes.ContainsAny(line, "\r\n") || r.coloured && len(line) < 64 && bytes.IndexByte(line, escape) < 0 {
				t.Fatalf("line %q, coloured %v", line, r.coloured)
			}
			fmt.Fprintf(&out, "%d %s\n", r.number, line)
		}
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		want := read(t, bytes.NewReader(log))
		if got := read(t, iotest.OneByteReader(bytes.NewReader(log))); got != want {
			t.Errorf("byte by byte:\n%s\nwant\n%s", got, want)
		}
		if lf := bytes.Count(log, []byte("\n")); bytes.IndexByte(log, '\r') < 0 && strings.Count(want, "\n") < lf {
			t.Errorf("%d lines of %d:\n%s", strings.Count(want, "\n"), lf, want)
		}
	})
}

// FuzzPrefix checks that the shortcut for ordinary lines is no more than that.
func FuzzPrefix(f *testing.F) {
	for _, s := range []string{
		"[   12.345678][ T123] usb 1-1: x", "[    1.1] host kernel: BUG: memory leak", "[    1.1] [    1.2] BUG: memory leak",
		"<4>[   12.345678] x", "kern  :warn  : [    1.1] x", "[Sun Nov 22 19:22:50 2026] x", "Nov 22 19:22:50 host kernel: [    1.1] x",
		"Sun 2026-11-22 19:22:50 UTC host kernel: x", "1763839370.123456 host kernel: x", "4,339,5140900,-,caller=T123;x", "[    1.1 <    0.1>] x",
		"[  +0.000012] x", "[    1.1]  BUG: memory leak", "[    1.1] host app[12]: x",
	} {
		f.Add([]byte(s))
	}
	m := newMatcher()
	f.Fuzz(func(t *testing.T, line []byte) {
		dull := m.dull(line)
		l := splitPrefix(bytes.Clone(line))
		if len(l.text) > len(line) {
			t.Errorf("%q is longer than %q", l.text, line)
		}
		text := string(l.text)
		family := m.family(l.text)
		if _, more := l.split(); dull && (more || !l.timed || l.user || family != noFamily || m.words([]byte(text)) != 0) {
			t.Errorf("%q is not dull: %+v, more %v, family %q", line, l, more, family)
		}
	})
}
