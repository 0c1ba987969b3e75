// SPDX-License-Identifier: MIT

package fencetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/qemu/fencetest/uapi"
	"github.com/fencebot/fencebot/qemu/wire"
)

func ExampleMain() {
	Main([]string{"fence_syncobj", "--list-subtests"}, os.Stdout, os.Stderr)
	// Output:
	// create-destroy
	// signal-reset-wait
	// wait-for-submit
	// wait-any-all
	// wait-deadline
	// sync-file
	// share
	// eventfd
	// close-pending
	// timeline-signal-query
	// timeline-wait
	// timeline-wait-available
	// timeline-transfer
	// timeline-eventfd
}

// None of these may touch the machine: the tests run wherever fencebot is
// built, as root, too.
func TestMainWithoutRunning(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string // parts
	}{
		"no arguments":      {nil, ExitInvalid, "", "usage"},
		"unknown binary":    {[]string{"kms_flip"}, ExitInvalid, "", `no built-in test "kms_flip"`},
		"unknown option":    {[]string{"fence_vgem", "--help"}, ExitInvalid, "", `unknown option "--help"`},
		"missing value":     {[]string{"fence_vgem", "--run-subtest"}, ExitInvalid, "", "needs a value"},
		"no such subtest":   {[]string{"fence_vgem", "--run-subtest", "nope"}, ExitInvalid, "fencebot-test-version", ""},
		"list":              {[]string{"fence_vgem", "--list-subtests"}, ExitSuccess, "dmabuf-fence-before\n", ""},
		"list of binaries":  {[]string{"--list-binaries"}, ExitSuccess, "fence_vgem\nfence_kms\n", ""},
		"everything is out": {[]string{"fence_vgem", "--run-subtest=*,!*"}, ExitInvalid, "No subtest", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := Main(tt.args, &stdout, &stderr)
			if code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("Main(%q) = %d, %q, %q; want %d, %q, %q", tt.args, code, &stdout, &stderr, tt.code, tt.stdout, tt.stderr)
			}
		})
	}
}

func TestParseArgs(t *testing.T) {
	t.Setenv("IGT_FORCE_DRIVER", "vkms")
	got, err := parse([]string{"fence_kms", "--run-subtest", "a*", "--serve"})
	if want := (options{binary: "fence_kms", pattern: "a*", driver: "vkms", serve: true}); err != nil || got != want {
		t.Errorf("parse() = %+v, %v; want %+v", got, err, want)
	}
	got, err = parse([]string{"fence_kms", "--device=virtio_gpu"})
	if err != nil || got.driver != "virtio_gpu" {
		t.Errorf("parse() = %+v, %v; want the driver of --device", got, err)
	}
	got, err = parse(ServeArgs("fence_dmabuf", ""))
	if err != nil || got.driver != "" || !got.serve {
		t.Errorf("parse(ServeArgs) = %+v, %v; want a server without driver", got, err)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"crc", "crc", true},
		{"crc", "crc-flip", false},
		{"crc*", "crc-flip", true},
		{"a,b", "b", true},
		{"*,!crc*", "crc-flip", false},
		{"*,!crc*", "vblank", true},
		{"[", "x", false},
		{"", "x", false},
	} {
		if got := matches(tt.pattern, tt.name); got != tt.want {
			t.Errorf("matches(%q, %q) = %v; want %v", tt.pattern, tt.name, got, tt.want)
		}
	}
}

// untimed takes the times out of result lines.
func untimed(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if head, _, ok := strings.Cut(line, " ("); ok && strings.HasPrefix(line, "Subtest ") {
			line = head + " (T)\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func madeUp() program {
	return program{name: "fence_x", subtests: []subtest{
		{name: "passes", run: func(t *trial) { t.logf("hello from %s", t.driver) }},
		{name: "skips", run: func(t *trial) { t.skip("no %s", "device") }},
		{name: "fails", run: func(t *trial) { t.check(1 > 2, "one is %d", 1) }},
		{name: "lacks", run: func(t *trial) { t.need(unix.ENOTTY, "ioctl") }},
		{name: "refused", run: func(t *trial) { t.need(unix.EACCES, "open") }},
		{name: "broken", run: func(*trial) { panic("oops") }},
		{name: "cleans", run: func(t *trial) {
			t.after(func() { t.logf("first") })
			t.after(func() { t.logf("last") })
			t.fail("on purpose")
		}},
	}}
}

func TestSubtests(t *testing.T) {
	t.Parallel()
	const want = `Starting subtest: passes
hello from vkms
Subtest passes: SUCCESS (T)
Starting subtest: skips
Test requirement not met: no device
Subtest skips: SKIP (T)
Starting subtest: fails
Test assertion failure: one is 1
Subtest fails: FAIL (T)
Starting subtest: lacks
Test requirement not met: ioctl: inappropriate ioctl for device
Subtest lacks: SKIP (T)
Starting subtest: refused
Test assertion failure: open: permission denied
Subtest refused: FAIL (T)
Starting subtest: broken
Test assertion failure: bug in the test: oops
Subtest broken: FAIL (T)
Starting subtest: cleans
last
first
Test assertion failure: on purpose
Subtest cleans: FAIL (T)
`
	var out bytes.Buffer
	if code := runMatching(madeUp(), options{driver: "vkms"}, &out); code != ExitFailure {
		t.Errorf("runMatching() = %d; want %d", code, ExitFailure)
	}
	if got := untimed(out.String()); got != want {
		t.Errorf("output\n%s\nwant\n%s", got, want)
	}
	for pattern, want := range map[string]int{"passes": ExitSuccess, "skips": ExitSkip, "passes,skips": ExitSuccess, "skips,fails": ExitFailure} {
		if code := runMatching(madeUp(), options{pattern: pattern}, io.Discard); code != want {
			t.Errorf("runMatching(%q) = %d; want %d", pattern, code, want)
		}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	in := iotest.OneByteReader(strings.NewReader("passes\nskips\nnope\nfails\n"))
	if code := serve(madeUp(), "vkms", in, &out); code != ExitSuccess {
		t.Errorf("serve() = %d", code)
	}
	var codes []int
	for line := range strings.Lines(out.String()) {
		if code, ok := ParseDone(strings.TrimSuffix(line, "\n")); ok {
			codes = append(codes, code)
		}
	}
	if want := []int{ExitSuccess, ExitSkip, ExitInvalid, ExitFailure}; !slices.Equal(codes, want) {
		t.Errorf("exit codes %v; want %v", codes, want)
	}
}

func TestParseDone(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"\x00exit 0": true, "\x00exit 98": true, "exit 0": false, "\x00exit": false,
		"\x00exit -1": false, "\x00exit 256": false, "\x00exit x": false, "": false,
	} {
		if _, ok := ParseDone(line); ok != want {
			t.Errorf("ParseDone(%q) ok = %v; want %v", line, ok, want)
		}
	}
}

// The plan must go over the wire, name each subtest once and start with a tour
// of everything.
func TestList(t *testing.T) {
	t.Parallel()
	jobs := List()
	if err := wire.NewEncoder(io.Discard).Plan(wire.Plan{Jobs: jobs}); err != nil {
		t.Fatal(err)
	}
	groups, tour := map[[2]string]bool{}, map[[2]string]bool{}
	for i, j := range jobs {
		group := [2]string{j.Binary, j.Driver}
		groups[group] = true
		if i < 11 {
			tour[group] = true
		}
	}
	if len(tour) != len(groups) {
		t.Errorf("the first eleven jobs %+v do not visit all of %v", jobs[:11], groups)
	}
	seen := map[wire.Job]bool{}
	for _, j := range jobs {
		b, ok := lookup(j.Binary)
		if !ok || j.IGT || !strings.HasPrefix(j.Binary, "fence_") {
			t.Errorf("job %+v is no built-in test", j)
		}
		if _, ok := b.subtest(j.Subtest); !ok || seen[j] {
			t.Errorf("job %+v is unknown or there twice", j)
		}
		seen[j] = true
	}
	for _, only := range []wire.Job{
		{Binary: "fence_vgem", Subtest: "fence-timeout", Driver: vgem},
		{Binary: "fence_kms", Subtest: "writeback-flip", Driver: vkms},
	} {
		if seen[only] || !slices.Contains(All(), only) {
			t.Errorf("%s must be in All and not in List", only.Name())
		}
	}
}

func TestAsync(t *testing.T) {
	t.Parallel()
	var got *verdict
	release := make(chan struct{})
	s := subtest{run: func(t *trial) {
		c := t.async(func() error { <-release; return nil })
		t.pending(c, "waiting")
		close(release)
		t.await(c, "waiting")
		t.await(t.async(func() error { return unix.EIO }), "reading")
	}}
	if got = attempt(s, "", io.Discard); got == nil || got.skip || got.why != "reading: input/output error" {
		t.Errorf("attempt() = %+v", got)
	}
	s.run = func(t *trial) { t.pending(t.async(func() error { return nil }), "waiting") }
	if got = attempt(s, "", io.Discard); got == nil || !strings.Contains(got.why, "too early") {
		t.Errorf("attempt() = %+v; want too early", got)
	}
}

func TestPoll(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	fd := int(r.Fd())
	s := subtest{run: func(t *trial) {
		t.busy(fd, unix.POLLIN, 0, "pipe")
		_, err := w.WriteString("x")
		t.must(err, "write")
		t.ready(fd, unix.POLLIN, "pipe")
		t.busy(fd, unix.POLLIN, 0, "pipe")
	}}
	got := attempt(s, "", io.Discard)
	if got == nil || !strings.HasPrefix(got.why, "pipe: ready too early") {
		t.Errorf("attempt() = %+v; want the last line to fail", got)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, unix.EIO, errors.New("x")} {
		s := subtest{run: func(t *trial) { t.wants(err, unix.EINVAL, "ioctl") }}
		if attempt(s, "", io.Discard) == nil {
			t.Errorf("wants(%v, EINVAL) passed", err)
		}
	}
	s := subtest{run: func(t *trial) { t.wants(unix.EINVAL, unix.EINVAL, "ioctl") }}
	if got := attempt(s, "", io.Discard); got != nil {
		t.Errorf("wants(EINVAL, EINVAL): %+v", got)
	}
}

func FuzzParseEvents(f *testing.F) {
	one := binary.NativeEndian.AppendUint32(nil, uapi.EventVblank)
	one = binary.NativeEndian.AppendUint32(one, uapi.EventBytes)
	one = append(one, make([]byte, uapi.EventBytes-8)...)
	f.Add(one)
	f.Add(append(slices.Clone(one), one[:9]...))
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, buf []byte) {
		events := parseEvents(buf)
		if len(events) > len(buf)/8 {
			t.Fatalf("%d events in %d bytes", len(events), len(buf))
		}
		if bytes.HasPrefix(buf, one) && (len(events) == 0 || events[0].Type != uapi.EventVblank) {
			t.Fatalf("events %+v", events)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("fence_vgem --run-subtest a,!b --device=vgem")
	f.Fuzz(func(t *testing.T, line string) {
		opts, err := parse(strings.Fields(line))
		if err == nil {
			_ = matches(opts.pattern, line)
		}
	})
}
