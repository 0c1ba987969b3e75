// SPDX-License-Identifier: MIT

package igt

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// pack writes one packet as the runner dumps it.
func pack(kind uint32, body string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, commsCanary)
	b = binary.LittleEndian.AppendUint32(b, uint32(commsHead+len(body)))
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = append(b, make([]byte, 8)...) // process and thread
	return append(b, body...)
}

// commsFile is a run of a binary with two subtests, the second with two dynamic
// ones, of which the last was killed.
func commsFile() []byte {
	return slices.Concat(
		pack(packetExec, "/igt/b --run-subtest one,two\x00"),
		pack(packetVersion, "IGT-Version: 2.0-gabc\x00"),
		pack(packetStart, "one\x00"),
		pack(packetLog, "\x01halfway\x00"),
		pack(packetEnd, "one\x00SUCCESS\x000.250\x00\x00"),
		pack(packetStart, "two\x00"),
		pack(packetDynStart, "a\x00"),
		pack(packetDynEnd, "a\x00FAIL\x000.500\x00no reason\x00"),
		pack(packetDynStart, "b\x00"),
		pack(packetLog, "\x02it hangs\n\x00"),
		pack(packetOverride, "timeout\x00"),
		pack(packetExit, "\xf1\xff\xff\xff30.000\x00"),
	)
}

func TestComms(t *testing.T) {
	t.Parallel()
	dir := folderOf(t, least("b one,two"), map[string]string{
		"metadata.txt": "name : x\nprune_mode : 2\n", "0/comms": string(commsFile()), "0/out.txt": "not read\n",
		"0/dmesg.txt": "6,1,1000000,-;[IGT] b: starting subtest one\n",
	})
	r, err := ReadFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := results(r), []string{"b@one pass", "b@two timeout", "b@two@a fail", "b@two@b timeout"}; !slices.Equal(got, want) {
		t.Fatalf("results = %q; want %q", got, want)
	}
	one := r.Tests[0]
	if one.Out != "Starting subtest: one\nhalfway\nSubtest one: SUCCESS (0.250s)\n" || one.Version != "IGT-Version: 2.0-gabc" || one.Seconds() != 0.25 {
		t.Errorf("one = %+v", one)
	}
	if b := r.Tests[3]; !strings.Contains(b.Err, "it hangs") {
		t.Errorf("err of two@b = %q", b.Err)
	}
	if got := r.Runtimes["igt@b"].Time.End; got != 30 {
		t.Errorf("run time = %v; want 30", got)
	}
}

// TestCommsThatSayLittle: what is cut, damaged or empty never makes a pass.
func TestCommsThatSayLittle(t *testing.T) {
	t.Parallel()
	text := files{journal: lines("x", "exit:0"), out: lines(says("x", "SUCCESS"))}
	tests := map[string]struct {
		comms []byte
		want  []string
	}{
		"only the runner spoke": {pack(packetExec, "b\x00"), []string{"b@x pass"}}, // out.txt counts
		"no canary":             {[]byte("XXXXXXXXXXXXXXXXXXXXXXXX"), []string{"b@x pass"}},
		"cut in a packet":       {commsFile()[:150], []string{"b@one incomplete"}},
		"a size beyond the end": {append(pack(packetStart, "x\x00"), "1TGI\xff\xff\xff\xff\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), []string{"b@x incomplete"}},
		"a size below the head": {append(pack(packetStart, "x\x00"), "1TGI\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), []string{"b@x incomplete"}},
		"names without an end":  {slices.Concat(pack(packetStart, "x"), pack(packetEnd, "x\x00SUCCESS")), []string{"b@x incomplete"}},
		"a forged line":         {pack(packetStart, "x\nSubtest x: SUCCESS (0s)\x00"), []string{"b@xsubtest x: success (0s) incomplete"}},
		"a word of its own":     {slices.Concat(pack(packetStart, "x\x00"), pack(packetOverride, "splendid\x00")), []string{"b@x incomplete"}},
		"killed at once":        {slices.Concat(pack(packetVersion, "v\x00"), pack(packetLog, "\x01hello\n\x00"), pack(packetOverride, "timeout\x00")), []string{"b@x timeout"}},
		"skipped at once":       {slices.Concat(pack(packetEnd, "x\x00SKIP\x000.0\x00why\x00"), pack(packetExit, "M\x00\x00\x000.1\x00")), []string{"b@x skip"}},
		"an unknown packet":     {slices.Concat(pack(99, "?"), pack(packetLog, ""), pack(packetExit, "")), []string{"b@x incomplete"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run{settings: parseSettings(""), res: newResults()}
			if err := r.parse(job{"b", []string{"x"}}, text.fromComms(tt.comms)); err != nil {
				t.Fatal(err)
			}
			if got := results(r.finish()); !slices.Equal(got, tt.want) {
				t.Errorf("results = %q; want %q", got, tt.want)
			}
		})
	}
}
