// SPDX-License-Identifier: MIT

package guest

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestParseLockdep(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stats        string
		known, alive bool
	}{
		"alive":        {" lock-classes:                          412 [max: 8192]\n debug_locks:                             1\n", true, true},
		"dead":         {" debug_locks:                             0\n", true, false},
		"not there":    {" lock-classes: 412\n", false, false},
		"other number": {" debug_locks: 7\n", false, false},
		"empty":        {"", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parseLockdep([]byte(tt.stats))
			if got.Known != tt.known || got.Alive != tt.alive || got.Known == (got.Text != "") {
				t.Errorf("parseLockdep(%q) = %+v; want known %v, alive %v", tt.stats, got, tt.known, tt.alive)
			}
		})
	}
	if got := lockdepState(filepath.Join(t.TempDir(), "none")); got.Known || got.Text == "" {
		t.Errorf("lockdepState of no file = %+v; want unknown with a reason", got)
	}
}

func TestUptimeAndRelease(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	for text, want := range map[string]float64{"2.35 1.00\n": 2.35, "": 0, "x y": 0, "-1 2": 0, "NaN 1": 0, "1e300 1": 0} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := uptime(path); got != want {
			t.Errorf("uptime of %q = %v; want %v", text, got, want)
		}
	}
	if err := os.WriteFile(path, []byte("6.12.117+\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := release(path); got != "6.12.117+" {
		t.Errorf("release() = %q", got)
	}
	if release(path+"x") != "" || uptime(path+"x") != 0 {
		t.Error("files that are not there gave something")
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		lines   string
		exit    int
		subtest string
		want    wire.Result
	}{
		"success":               {"Subtest a: SUCCESS (0.1s)", 0, "a", wire.Pass},
		"without time":          {"Subtest a: SUCCESS", 0, "a", wire.Pass},
		"skip":                  {"Subtest a: SKIP (0.0s)", 77, "a", wire.Skip},
		"skip before a subtest": {"", 77, "a", wire.Skip},
		"invalid":               {"", 79, "a", wire.Skip},
		"fail":                  {"Subtest a: FAIL (0.0s)", 98, "a", wire.Fail},
		"crash":                 {"Subtest a: CRASH (0.0s)", 139, "a", wire.Crash},
		"exit of a signal":      {"", 134, "a", wire.Crash},
		"own timeout":           {"Subtest a: TIMEOUT (9.0s)", 98, "a", wire.Timeout},
		"abort":                 {"Subtest a: FAIL (0.0s)", 112, "a", wire.Incomplete},
		"nothing said":          {"", 0, "a", wire.Incomplete},
		"no subtests":           {"", 0, "", wire.Pass},
		"no subtests, failed":   {"", 98, "", wire.Fail},
		"dynamic":               {"Starting dynamic subtest: x\nDynamic subtest x: FAIL (0.1s)\nSubtest a: SUCCESS (0.1s)", 0, "a", wire.Pass},
		"pattern":               {"Subtest a: SKIP (0.1s)\nSubtest b: SUCCESS (0.1s)", 0, "*", wire.Pass},
		"pattern, one failed":   {"Subtest a: SUCCESS (0.1s)\nSubtest b: FAIL (0.1s)\nSubtest c: SKIP (0s)", 98, "*", wire.Fail},
		"odd word":              {"Subtest a: FINE (0.1s)", 0, "a", wire.Incomplete},
		"words in the middle":   {"he said Subtest a: FAIL", 0, "", wire.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := words{subtest: tt.subtest}
			for line := range strings.SplitSeq(tt.lines, "\n") {
				w.line(line)
			}
			if got := w.result(tt.exit); got != tt.want {
				t.Errorf("result(%d) after %q = %s; want %s", tt.exit, tt.lines, got, tt.want)
			}
		})
	}
}

func TestBoundedLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	br := bufio.NewReaderSize(strings.NewReader("a\n\n"+long+"\nb\r\nlast"), 16)
	var got []string
	for {
		line, err := boundedLine(br)
		if line != "" || err == nil {
			got = append(got, line)
		}
		if err != nil {
			break
		}
	}
	want := []string{"a", "", strings.Repeat("x", 16), "b\r", "last"}
	if !slices.Equal(got, want) {
		t.Errorf("lines %q; want %q", got, want)
	}
}

// FuzzOutput feeds what a test may print: lines are bounded, results are words
// of the wire.
func FuzzOutput(f *testing.F) {
	f.Add("Starting subtest: a\nSubtest a: SUCCESS (0.1s)\n", 0)
	f.Add("Subtest : \x00\nSubtest a:  \n", 98)
	f.Fuzz(func(t *testing.T, out string, exit int) {
		var w words
		for br := bufio.NewReaderSize(strings.NewReader(out), 64); ; {
			line, err := boundedLine(br)
			if len(line) > 64 {
				t.Fatalf("a line of %d bytes", len(line))
			}
			w.line(line)
			if err != nil {
				break
			}
		}
		switch r := w.result(exit); r {
		case wire.Pass, wire.Fail, wire.Skip, wire.Crash, wire.Timeout, wire.Incomplete:
		default:
			t.Fatalf("result %q", r)
		}
	})
}

func TestIGTCommand(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	job := wire.Job{Binary: "kms_flip", Subtest: "basic", Driver: "vkms", IGT: true}
	if _, err := igtCommand(root, job); err == nil || errors.Is(err, errNoTest) {
		t.Errorf("without an image: error %v; want one that is not the IGT's", err)
	}
	if err := os.Mkdir(filepath.Join(root, "tests"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := igtCommand(root, job); !errors.Is(err, errNoTest) {
		t.Errorf("without the test: error %v; want %v", err, errNoTest)
	}
	for _, name := range []string{"kms_flip", "syncobj_basic"} {
		if err := os.WriteFile(filepath.Join(root, "tests", name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c, err := igtCommand(root, job)
	if err != nil || c.path != "/tests/kms_flip" || c.root != root || c.server ||
		!slices.Equal(c.args, []string{"kms_flip", "--run-subtest", "basic"}) ||
		!slices.Contains(c.env, "IGT_FORCE_DRIVER=vkms") {
		t.Errorf("IGT command %+v, %v", c, err)
	}
	c, err = igtCommand(root, wire.Job{Binary: "syncobj_basic"})
	if err != nil || len(c.args) != 1 || strings.Contains(strings.Join(c.env, " "), "IGT_FORCE_DRIVER") {
		t.Errorf("IGT command without subtest and driver %+v, %v", c, err)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "links")
	for range 2 { // the second time it is there
		path, err := link(dir, "fence_x")
		if err != nil {
			t.Fatal(err)
		}
		self, _ := os.Executable()
		if to, err := os.Readlink(path); err != nil || to != self {
			t.Errorf("link leads to %q, %v; want %q", to, err, self)
		}
	}
}
