// SPDX-License-Identifier: MIT

package gittree

import (
	"archive/tar"
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/patch"
)

func TestGitEnv(t *testing.T) {
	t.Parallel()
	got := strings.Join(gitEnv([]string{"HOME=/h", "GIT_DIR=/x", "GIT_CONFIG_COUNT=1", "GITHUB=1", "LANG=de_DE", "LC_ALL=de_DE"}), " ")
	for _, want := range []string{"HOME=/h", "GITHUB=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C"} {
		if !strings.Contains(got, want) {
			t.Errorf("environment %s; want %s in it", got, want)
		}
	}
	for _, bad := range []string{"GIT_DIR", "GIT_CONFIG_COUNT", "de_DE"} {
		if strings.Contains(got, bad) {
			t.Errorf("environment %s; want no %s in it", got, bad)
		}
	}
}

func TestParseRaw(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	got, err := parseRaw(":100644 100755 " + a + " " + b + " M\x00x y\x00:000000 120000 " + a + " " + b + " A\x00l\nk\x00")
	if err != nil || len(got) != 2 || got[0].path != "x y" || got[0].new.Mode != patch.ModeExec || got[1].path != "l\nk" || got[1].old.Mode != 0 {
		t.Errorf("parseRaw = %+v, %v", got, err)
	}
	for _, bad := range []string{"x", ":1\x00a\x00", ":1 2 3 4 5\x00", ":xyz 1 2 3 4\x00a\x00"} {
		if got, err := parseRaw(bad); err == nil {
			t.Errorf("parseRaw(%q) = %+v; want an error", bad, got)
		}
	}
	if got, err := parseRaw(""); err != nil || got != nil {
		t.Errorf("parseRaw of nothing = %v, %v", got, err)
	}
}

func TestReadHeader(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"1234 blob 12\n": true, "1234 missing\n": false, "1234 blob\n": false, "1234 blob -1\n": false,
		"1234 blob x\n": false, "": false, "1234 blob 12": false, "1234 ambiguous\n": false,
	} {
		if o, err := readHeader(bufio.NewReader(strings.NewReader(in))); (err == nil) != ok {
			t.Errorf("readHeader(%q) = %+v, %v; want ok %v", in, o, err, ok)
		}
	}
}

// TestOddNames takes names through git and back that need quoting.
func TestOddNames(t *testing.T) {
	t.Parallel()
	odd := []string{"sp ace/f", `quo"te`, "ümläut", "-dash", "tab\there"}
	before, after := files{}, files{}
	for _, name := range odd {
		before[name], after[name] = file{data: lines(9)}, file{data: lines(9, 5, "five")}
	}
	delete(before, "tab\there") // we refuse to make such a one
	delete(after, "tab\there")
	dir, c := newRepo(t, before, after)
	r := open(t, dir)
	got, err := r.Apply(t.Context(), c[0], series(t, dir, c[0], c[1]))
	if err != nil {
		t.Fatal(err)
	}
	names, err := r.ChangedFiles(t.Context(), c[0], got.Tip())
	if diff := cmp.Diff([]string{"-dash", `quo"te`, "sp ace/f", "ümläut"}, names); diff != "" || err != nil {
		t.Errorf("ChangedFiles: %v\n%s", err, diff)
	}
	if want, _ := r.TreeID(t.Context(), c[1]); got.Commits[0].Tree != want {
		t.Errorf("tree %s; want %s", got.Commits[0].Tree, want)
	}
	if got, want := quote("a\n\"\\\x7fz"), `"a\012\"\\\177z"`; got != want {
		t.Errorf("quote = %s; want %s", got, want)
	}
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte("100644 a\x0012345678901234567890"))
	f.Add([]byte("40000 d\x00123456789012345678901777777 x\x00short"))
	f.Fuzz(func(t *testing.T, data []byte) {
		names, err := parseTree(data, 20)
		if err == nil && len(names) > len(data)/23+1 {
			t.Errorf("%d names in %d bytes", len(names), len(data))
		}
	})
}

// FuzzTarImport feeds any bytes as an archive; what goes to git is thrown away.
func FuzzTarImport(f *testing.F) {
	f.Add(debianLike(f))
	f.Add(bytes.Repeat([]byte{0}, 1024))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := tarImport{f: &fastImport{w: bufio.NewWriter(io.Discard)}, tops: map[string]bool{}}
		if err := in.run(tar.NewReader(bytes.NewReader(data))); err == nil && (in.files == 0 || in.bytes > int64(len(data))*1000) {
			t.Errorf("%d files of %d bytes from %d", in.files, in.bytes, len(data))
		}
	})
}
