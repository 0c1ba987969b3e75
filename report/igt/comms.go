// SPDX-License-Identifier: MIT

package igt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Packet types of the file "comms", from lib/runnercomms.h of IGT GPU Tools.
const (
	packetLog       = 1 // stream (1 or 2), text
	packetExec      = 2 // command line; from the runner itself
	packetExit      = 3 // int32 exit code, seconds
	packetStart     = 4 // subtest
	packetEnd       = 5 // subtest, word, seconds, reason
	packetDynStart  = 6 // dynamic subtest
	packetDynEnd    = 7 // dynamic subtest, word, seconds, reason
	packetVersion   = 8 // text
	packetOverride  = 9 // word, lower case
	commsCanary     = 'I'<<24 | 'G'<<16 | 'T'<<8 | '1'
	commsHead       = 4 * 4 // size, type, process, thread
	commsCanarySize = 4
)

// fromComms replaces journal and outputs by those that the test would have
// written had it not talked to the runner through a socket: one parser then
// does for both. A file in which only the runner itself spoke changes nothing.
// Of a file that is cut or damaged the packets before that count, so that a
// test which was running is incomplete.
//
// Integers are little-endian: no machine that fencebot serves is another.
func (f files) fromComms(data []byte) files {
	var t transcript
	for {
		kind, body, rest, ok := packet(data)
		if !ok {
			break
		}
		t.packet(kind, body)
		data = rest
	}
	if !t.used {
		return f
	}
	f.journal, f.out, f.err = t.journal.Bytes(), t.out.Bytes(), t.err.Bytes()
	f.version, f.forced = t.version, t.forced
	return f
}

// packet cuts the first packet off.
func packet(data []byte) (kind uint32, body, rest []byte, ok bool) {
	if len(data) < commsCanarySize+commsHead || binary.LittleEndian.Uint32(data) != commsCanary {
		return 0, nil, nil, false
	}
	data = data[commsCanarySize:]
	size := binary.LittleEndian.Uint32(data)
	if size < commsHead || uint64(size) > uint64(len(data)) {
		return 0, nil, nil, false
	}
	return binary.LittleEndian.Uint32(data[4:]), data[commsHead:size], data[size:], true
}

// A transcript is what packets say in the words of the text files.
type transcript struct {
	journal, out, err bytes.Buffer
	version           string
	subtest, dynamic  string // that run now
	forced            map[string]Word
	used              bool // the test itself spoke
}

func (t *transcript) packet(kind uint32, body []byte) {
	t.used = t.used || kind != packetExec
	switch kind {
	case packetLog:
		if len(body) > 1 {
			text := upToNUL(string(body[1:]))
			if body[0] == 1 {
				t.out.WriteString(text)
			} else {
				t.err.WriteString(text)
			}
		}
	case packetExit:
		if len(body) >= 4 {
			fmt.Fprintf(&t.journal, "exit:%d (%ss)\n", int32(binary.LittleEndian.Uint32(body)), field(body[4:], 0))
		}
	case packetStart:
		t.begin(field(body, 0))
		t.mark("Starting subtest: " + field(body, 0))
	case packetEnd:
		t.begin(field(body, 0))
		t.mark("Subtest " + ended(body))
	case packetDynStart:
		t.dynamic = field(body, 0)
		t.mark("Starting dynamic subtest: " + t.dynamic)
	case packetDynEnd:
		t.dynamic = ""
		t.mark("Dynamic subtest " + ended(body))
	case packetVersion:
		t.version = utf8Text(field(body, 0))
	case packetOverride:
		t.force(Word(field(body, 0)))
	}
}

// force notes a result that the runner decided, for example of a test that it
// had to kill. It holds for the subtest and for the dynamic one in it.
func (t *transcript) force(w Word) {
	if !slices.Contains(Words(), w) {
		w = Incomplete
	}
	if t.forced == nil {
		t.forced = map[string]Word{}
	}
	t.forced[t.subtest] = w
	if t.dynamic != "" {
		t.forced[t.subtest+"@"+t.dynamic] = w
	}
}

// begin writes a subtest to the journal, once: it may end without a start.
func (t *transcript) begin(name string) {
	t.dynamic = ""
	if name != t.subtest {
		fmt.Fprintln(&t.journal, name)
		t.subtest = name
	}
}

// mark writes a marker line to both outputs.
func (t *transcript) mark(line string) {
	for _, b := range []*bytes.Buffer{&t.out, &t.err} {
		if n := b.Len(); n > 0 && b.Bytes()[n-1] != '\n' {
			b.WriteByte('\n')
		}
		b.WriteString(line + "\n")
	}
}

func ended(body []byte) string {
	return fmt.Sprintf("%s: %s (%ss)", field(body, 0), field(body, 1), field(body, 2))
}

// field returns the n-th string of a packet, "" when there is none. A newline in
// it would forge a line of the text files.
func field(body []byte, n int) string {
	all := bytes.SplitN(body, []byte{0}, n+2)
	if len(all) < n+2 { // the last one has no end
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, string(all[n]))
}
