// SPDX-License-Identifier: MIT

package expect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/fencebot/fencebot/report/igt"
)

func lists(t testing.TB) *Lists {
	t.Helper()
	l, err := ReadDir("testdata", "vkms")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestJudge goes through the table of what a result means.
func TestJudge(t *testing.T) {
	t.Parallel()
	l := lists(t)
	tests := []struct {
		name   string
		result igt.Word
		want   Verdict
	}{
		{"kms_flip@basic", igt.Fail, Known},
		{"igt@kms_flip@basic", igt.Fail, Known},
		{"kms_flip@basic", igt.DmesgFail, Known},
		{"kms_flip@slow", igt.Timeout, Known},
		{"core_plain", igt.Crash, Known},
		{"igt@kms_writeback@format-xrgb2101010", igt.Fail, Known},
		{"kms_dyn@sub@pipe-a", igt.Fail, Known},
		{"kms_flip@basic", igt.Pass, Improvement},
		{"kms_flip@basic", igt.Warn, Improvement},
		{"kms_flip@basic", igt.DmesgWarn, Improvement},
		{"kms_flip@basic", igt.Crash, Changed},
		{"kms_flip@basic", igt.Incomplete, Changed},
		{"kms_flip@basic", igt.Abort, Changed},
		{"core_plain", igt.Fail, Changed},
		{"kms_flip@basic", igt.Skip, NotTested},
		{"kms_flip@basic", igt.NotRun, NotTested},
		{"kms_flip@basic", "", NotTested},
		{"kms_flip@other", igt.Fail, NewFailure},
		{"kms_flip@other", igt.DmesgFail, NewFailure},
		{"kms_flip@other", igt.Crash, NewFailure},
		{"kms_flip@other", igt.Timeout, NewFailure},
		{"kms_flip@other", igt.Incomplete, NewFailure},
		{"kms_flip@other", igt.Abort, NewFailure},
		{"kms_flip@other", "a word of tomorrow", NewFailure},
		{"kms_flip@other", igt.Pass, Fine},
		{"kms_flip@other", igt.DmesgWarn, Fine},
		{"kms_flip@other", igt.Skip, Fine},
		{"kms_flip@other", igt.NotRun, Fine},
		{"kms_flip@other", "", Fine},
		{"kms_flip@basic@pipe-a", igt.Fail, NewFailure}, // names match as a whole
		{"kms_flip@bas", igt.Fail, NewFailure},
		{"kms_dyn@sub", igt.Fail, NewFailure},
		{"kms_flip@sometimes", igt.Fail, Flaky},
		{"kms_flip@sometimes", igt.Pass, Flaky},
		{"kms_flip@sometimes", igt.NotRun, Flaky},
		{"kms_cursor@move-32x10", igt.NotRun, Skipped}, // in fails as well: skips win
		{"kms_cursor@move-32x10", igt.Skip, Skipped},
		{"kms_cursor@move-32x10", igt.Fail, RanAnyway},
		{"kms_cursor@move-32x10", igt.Pass, RanAnyway},
		{"vmwgfx_mob@a", igt.Pass, RanAnyway},
		{"my_vmwgfx_mob@a", igt.Pass, Fine}, // ^
		{"vgem_basic@a", igt.Pass, RanAnyway},
		{"igt@gem_exec@a", "", Skipped},
		{"kms_flip@basic", igt.Fail, Known}, // a comment in the skips is none of them
	}
	for _, tt := range tests {
		if got := l.Judge(tt.name, tt.result); got.Verdict != tt.want {
			t.Errorf("Judge(%s, %q) = %s; want %s", tt.name, tt.result, got.Verdict, tt.want)
		}
	}
	if got := new(Lists).Judge("a", igt.Fail); got.Verdict != NewFailure {
		t.Errorf("without lists: %s", got.Verdict)
	}
}

func TestJudgeNamesTheEntry(t *testing.T) {
	t.Parallel()
	l := lists(t)
	f := l.Judge("kms_flip@sometimes", igt.Fail).Flake
	if f == nil || *f != (Flake{"kms_flip@sometimes", "vkms", "https://lore.kernel.org/dri-devel/example@example.org/T/#u", "50", "1.28-gabc", "6.9.0-rc7", 6}) {
		t.Errorf("flake = %+v", f)
	}
	if f := l.Judge("kms_flip@no-record", igt.Fail).Flake; f == nil || f.Board != "" || f.Line != 8 {
		t.Errorf("flake without record = %+v", f)
	}
	if f := l.Judge("kms_flip@slow", igt.Fail).Fail; f == nil || *f != (Fail{"kms_flip@slow", igt.Timeout, 5}) {
		t.Errorf("fail = %+v", f)
	}
	for name, want := range map[string]string{
		"kms_cursor@move-32x10": "2 Kernel panic", "kms_alone@hang": "7 said below", "vmwgfx_a": "11 Skip driver specific tests",
	} {
		s := l.Judge(name, igt.NotRun).Skip
		if s == nil || fmt.Sprint(s.Line, " ", s.Why) != want {
			t.Errorf("skip of %s = %+v; want %s", name, s, want)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range lists(t).Missing([]string{"igt@kms_flip@basic", "core_plain", "igt@kms_writeback@format-xrgb2101010"}) {
		got = append(got, f.Name)
	}
	if want := []string{"kms_flip@slow", "kms_dyn@sub@pipe-a"}; !slices.Equal(got, want) {
		t.Errorf("Missing = %q; want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("a@b\n", MaxEntries+1)
	tests := map[string]struct {
		list, text string
		line       int
		why        string
	}{
		"no comma":          {"fails", "# c\na@b", 2, "no comma"},
		"unknown word":      {"fails", "a@b,Fail\n\na@c,Broken", 3, "Broken"},
		"no result":         {"fails", "a@b,", 1, "unknown result"},
		"no name":           {"fails", ",Fail", 1, "no name"},
		"two results":       {"fails", "a@b,Fail\nA@B,Crash", 2, "line 1 has another"},
		"four parts":        {"fails", "a@b@c@d,Fail", 1, "three parts"},
		"an empty part":     {"flakes", "a@", 1, "no name"},
		"a blank":           {"flakes", "a@b c", 1, "no name"},
		"a control byte":    {"flakes", "a@b\x1b[2J", 1, "no name"},
		"a result":          {"flakes", "a@b,Fail", 1, "no name"},
		"a long name":       {"flakes", strings.Repeat("a", MaxName+1), 1, "more than"},
		"not an expression": {"skips", "# c\n\n^a\n(b", 4, "missing closing"},
		"a half group":      {"skips", "a)|(b", 1, "unexpected"},
		"look-ahead":        {"skips", "a(?=b)", 1, "invalid"},
		"a back reference":  {"skips", `(a)\1`, 1, "invalid escape"},
		"no UTF-8":          {"skips", "a\xff", 1, "invalid UTF-8"},
		"a bomb":            {"skips", "((a{1000}){1000}){1000}", 1, "invalid repeat"},
		"a long pattern":    {"skips", strings.Repeat("a", MaxName+1), 1, "more than"},
		"many entries":      {"flakes", many, MaxEntries + 1, "more than"},
		"a large list":      {"skips", "#" + strings.Repeat("#", MaxBytes), 1, "more than"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s Sources
			switch in := strings.NewReader(tt.text); tt.list {
			case "fails":
				s.Fails = in
			case "flakes":
				s.Flakes = in
			case "skips":
				s.Skips = in
			}
			_, err := Parse(s)
			got, ok := errors.AsType[*LineError](err)
			if !ok || got.List != tt.list || got.Line != tt.line || !strings.Contains(got.Error(), tt.why) {
				t.Errorf("Parse = %v; want %s, line %d with %q", err, tt.list, tt.line, tt.why)
			}
		})
	}
	broken := errors.New("pulled out")
	if _, err := Parse(Sources{Skips: iotest.ErrReader(broken)}); !errors.Is(err, broken) {
		t.Errorf("a reader's error became %v", err)
	}
}

// Windows line ends, blanks and comments that hold control characters.
func TestParseIsTolerant(t *testing.T) {
	t.Parallel()
	l, err := Parse(Sources{
		Fails: strings.NewReader(" a@b,Fail \r\n\r\n  # x,y\r\na@b,Fail\r\n"),
		Skips: strings.NewReader("# red \x1b[31m\xff\r\n^c$\r\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if fails, flakes, skips := l.Len(); fails != 1 || flakes != 0 || skips != 1 {
		t.Errorf("Len = %d, %d, %d", fails, flakes, skips)
	}
	if s, _ := l.Skip("c"); s.Why != "red [31m" {
		t.Errorf("Why = %q", s.Why)
	}
	if _, ok := l.Skip(strings.Repeat("c", MaxName+1)); ok {
		t.Error("a name that is too long matched")
	}
}

func TestReadDir(t *testing.T) {
	t.Parallel()
	if _, err := ReadDir("testdata", "virtio-gpu"); !errors.Is(err, ErrNoLists) || !strings.Contains(err.Error(), "virtio_gpu") {
		t.Errorf("no lists: %v", err)
	}
	if _, err := ReadDir(filepath.Join("testdata", "none"), "vkms"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	for name, plant := range map[string]func(path string) error{
		"link":   func(path string) error { return os.Symlink("/etc/passwd", path) },
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"bad":    func(path string) error { return os.WriteFile(path, []byte("a\n"), 0o644) },
	} {
		dir := t.TempDir()
		if err := plant(filepath.Join(dir, "vkms-none-fails.txt")); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadDir(dir, "vkms"); err == nil {
			t.Errorf("%s for a list: no error", name)
		}
	}
	if _, err := ReadDir("testdata", "../vkms"); err == nil {
		t.Error("a driver led out of the directory")
	}
}

// TestKernelLists reads the lists of the kernel.
func TestKernelLists(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(cmp.Or(os.Getenv("FENCEBOT_SHARED"), filepath.Join("..", "..", "..", "..", "shared")), "data", "drm-ci")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no shared test data (set FENCEBOT_SHARED): %v", err)
	}
	for driver, want := range map[string][3]int{"vkms": {52, 13, 16}, "virtio-gpu": {189, 0, 14}} {
		l, err := ReadDir(dir, driver)
		if err != nil {
			t.Fatal(err)
		}
		var got [3]int
		if got[0], got[1], got[2] = l.Len(); got != want {
			t.Errorf("%s has %v entries; want %v", driver, got, want)
		}
		for _, f := range l.Missing(nil) {
			if got := l.Judge("igt@"+strings.ToLower(f.Name), f.Result).Verdict; got != Known && got != Flaky {
				t.Errorf("%s: %s is %s", driver, f.Name, got)
			}
		}
	}
	l, err := ReadDir(dir, "vkms")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kms_cursor_crc@cursor-rapid-movement-32x10", "kms_cursor_crc@cursor-rapid-movement-256x85"} {
		if got := l.Judge(name, igt.Fail).Verdict; got != RanAnyway {
			t.Errorf("%s is in fails and skips: %s; want %s", name, got, RanAnyway)
		}
	}
}

// FuzzParse: whatever lists hold, parsing ends, says which line is wrong, and
// skips win.
func FuzzParse(f *testing.F) {
	for _, kind := range []string{"fails", "flakes", "skips"} {
		text, err := os.ReadFile(filepath.Join("testdata", "vkms-none-"+kind+".txt"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "kms_flip@basic")
	}
	f.Add([]byte("a,Fail\n\x00"), "")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		for _, s := range []Sources{{Fails: bytes.NewReader(text)}, {Flakes: bytes.NewReader(text)}, {Skips: bytes.NewReader(text)}} {
			l, err := Parse(s)
			if bad, ok := errors.AsType[*LineError](err); ok && (bad.Line < 1 || bad.Line > bytes.Count(text, []byte("\n"))+1) {
				t.Errorf("%v: there is no such line", err)
			}
			if err != nil {
				continue
			}
			_, skip := l.Skip(name)
			j := l.Judge(name, igt.Fail)
			if skip != (j.Verdict == RanAnyway) && len(name) <= MaxName {
				t.Errorf("Skip(%q) = %v, but Judge says %s", name, skip, j.Verdict)
			}
		}
	})
}

func ExampleLists_Judge() {
	l, err := Parse(Sources{Fails: strings.NewReader("kms_flip@basic,Fail\n")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Judge("igt@kms_flip@basic", igt.Fail).Verdict)
	fmt.Println(l.Judge("igt@kms_flip@basic", igt.Pass).Verdict)
	fmt.Println(l.Judge("igt@kms_flip@other", igt.Crash).Verdict)
	// Output:
	// known
	// improvement
	// new-failure
}
