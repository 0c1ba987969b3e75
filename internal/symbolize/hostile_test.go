// SPDX-License-Identifier: MIT

package symbolize

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seed is a small kernel with debug information, and one object of it.
func seed(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// ask reads data as kernel and as object. It must come back, with clean places.
func ask(t *testing.T, data []byte) (answers int) {
	t.Helper()
	frames := []Frame{{Function: "outer", Offset: "0x5/0x17"}, {Function: "probe", Offset: "0x5/0x14"}}
	name := filepath.Join(t.TempDir(), "elf")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := ReadImage(name, frames)
	again, _, err2 := readObjects(name, []string{name}, "/src", frames)
	if err != nil && len(table) > 0 || err2 != nil && len(again) > 0 {
		t.Error("answers with an error")
	}
	for _, t2 := range []Table{table, again} {
		if len(t2.clean(frames)) != len(t2) {
			t.Errorf("places that are not clean: %v", t2)
		}
	}
	return len(table)
}

// A file that is cut off anywhere is an error or a file without answers.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"seed.elf", "seed.o"} {
		data := seed(t, name)
		if ask(t, data) == 0 {
			t.Errorf("%s has no answers when it is whole", name)
		}
		for n := 0; n < len(data); n += 97 {
			ask(t, data[:n])
		}
	}
}

// Sizes that no file has are refused before memory is taken for them.
func TestHugeSections(t *testing.T) {
	t.Parallel()
	data := seed(t, "seed.elf")
	at := int(binary.LittleEndian.Uint64(data[0x28:])) // e_shoff
	count := int(binary.LittleEndian.Uint16(data[0x3c:]))
	for i := range count {
		bad := append([]byte(nil), data...)
		binary.LittleEndian.PutUint64(bad[at+i*64+32:], 1<<42) // sh_size
		ask(t, bad)
	}
}

// Files that are none.
func TestNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	f, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := firstError(f.Truncate(maxFile+1), f.Close()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{big: "no regular file", dir: "no regular file", "/dev/null": "no regular file", dir + "/gone": "no such file"} {
		if _, err := ReadImage(name, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadImage(%s) = %v; want %q", name, err, want)
		}
	}
}

func FuzzReadELF(f *testing.F) {
	f.Add(seed(f, "seed.elf"))
	f.Add(seed(f, "seed.o"))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		ask(t, data)
	})
}
