// SPDX-License-Identifier: MIT

package logfile_test

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

	"github.com/fencebot/fencebot/internal/logfile"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// text is what a log holds, and the error after it.
func text(packed []byte) (string, error) {
	r, err := logfile.Reader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	defer r.Close()
	var out strings.Builder
	_, err = io.Copy(&out, r)
	return out.String(), err
}

func TestReader(t *testing.T) {
	t.Parallel()
	want := string(read(t, "log"))
	for _, name := range []string{"log", "log.gzip", "log.xz", "log.zstd", "log.bzip2"} {
		if got, err := text(read(t, name)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if got, err := text(read(t, "two.xz")); err != nil || got != want+want {
		t.Errorf("two.xz: %q, %v; want the log twice", got, err)
	}
	for _, plain := range []string{"", "x", "BZ", "a line without an end"} {
		if got, err := text([]byte(plain)); err != nil || got != plain {
			t.Errorf("%q: %q, %v; want it unchanged", plain, got, err)
		}
	}
}

// A file whose end is missing must not pass for a whole one.
func TestReaderSaysThatAFileIsCut(t *testing.T) {
	t.Parallel()
	for _, packer := range []string{"gzip", "xz", "zstd", "bzip2"} {
		whole := read(t, "log."+packer)
		for n := 6; n < len(whole); n++ {
			if _, err := text(whole[:n]); err == nil || !strings.Contains(err.Error(), "unpack "+packer) {
				t.Errorf("%s cut to %d of %d bytes: %v; want an error that names the packer", packer, n, len(whole), err)
			}
		}
	}
}

func TestReaderPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("pulled out")
	if _, err := logfile.Reader(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%v; want the cause", err)
	}
}

// xz of a few bytes with a dictionary of 4 GiB in its header.
func TestReaderRefusesALargeWindow(t *testing.T) {
	t.Parallel()
	if _, err := text(read(t, "large-window.xz")); err == nil || !strings.Contains(err.Error(), "exceeds max") {
		t.Errorf("%v; want a refusal", err)
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"log", "log.gzip", "log.xz", "log.zstd", "log.bzip2", "two.xz", "large-window.xz"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		if r, err := logfile.Reader(bytes.NewReader(data)); err == nil {
			io.CopyN(io.Discard, r, 1<<20) // any error will do, a panic will not
			r.Close()
		}
	})
}

func ExampleReader() {
	f, err := os.Open("testdata/log.zstd")
	if err != nil {
		return
	}
	defer f.Close()
	r, err := logfile.Reader(f)
	if err != nil {
		return
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	fmt.Printf("%d bytes, %v\n", len(data), err)
	// Output: 51 bytes, <nil>
}
