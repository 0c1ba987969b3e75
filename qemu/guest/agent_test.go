// SPDX-License-Identifier: MIT

package guest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// patience bounds what must come in the end.
const patience = 10 * time.Second

// story returns the events without output, one line each.
func story(events []wire.Event) string {
	var b strings.Builder
	for _, ev := range events {
		switch ev.Kind {
		case wire.Output:
		case wire.End:
			fmt.Fprintf(&b, "end %d %s %s exit %d alive %v\n", ev.Index, ev.Name, ev.Result, ev.Exit, ev.Lockdep.Alive)
		case wire.Ready:
			fmt.Fprintf(&b, "ready alive %v\n", ev.Lockdep.Alive)
		case wire.Primed:
			fmt.Fprintf(&b, "primed %v\n", ev.Priming.Checked)
		case wire.Hits:
			fmt.Fprintf(&b, "hits %d %s %v %s\n", ev.Index, ev.Name, ev.Hits, ev.Text)
		default:
			fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%s %d %s", ev.Kind, ev.Index, ev.Name)))
		}
	}
	return b.String()
}

func builtin(subtests ...string) []wire.Job {
	var jobs []wire.Job
	for _, s := range subtests {
		jobs = append(jobs, wire.Job{Binary: "fence_x", Subtest: s, Driver: "vkms"})
	}
	return jobs
}

func igt(subtests ...string) []wire.Job {
	jobs := builtin(subtests...)
	for i := range jobs {
		jobs[i].Binary, jobs[i].IGT = "kms_x", true
	}
	return jobs
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		plan wire.Plan
		want string
	}{
		"nothing": {wire.Plan{}, "done 0\n"},
		"results of a server": {wire.Plan{Jobs: builtin("pass", "skip", "fail", "silent", "abort")}, `
start 0 fence_x@pass
end 0 fence_x@pass pass exit 0 alive true
start 1 fence_x@skip
end 1 fence_x@skip skip exit 77 alive true
start 2 fence_x@fail
end 2 fence_x@fail fail exit 98 alive true
start 3 fence_x@silent
end 3 fence_x@silent incomplete exit 0 alive true
start 4 fence_x@abort
end 4 fence_x@abort incomplete exit 112 alive true
done 0
`},
		"results of IGT": {wire.Plan{Jobs: igt("pass", "skip", "fail", "ends")}, `
start 0 kms_x@pass
end 0 kms_x@pass pass exit 0 alive true
start 1 kms_x@skip
end 1 kms_x@skip skip exit 77 alive true
start 2 kms_x@fail
end 2 kms_x@fail fail exit 98 alive true
start 3 kms_x@ends
end 3 kms_x@ends fail exit 3 alive true
done 0
`},
		"a server that dies is started again": {wire.Plan{Jobs: builtin("crash", "ends", "pass")}, `
start 0 fence_x@crash
end 0 fence_x@crash crash exit 137 alive true
start 1 fence_x@ends
end 1 fence_x@ends crash exit 3 alive true
start 2 fence_x@pass
end 2 fence_x@pass pass exit 0 alive true
done 0
`},
		"no such program": {wire.Plan{Jobs: []wire.Job{{Binary: "missing", Subtest: "x"}, {Binary: "fence_x", Subtest: "pass"}}}, `
start 0 missing@x
end 0 missing@x incomplete exit 79 alive true
start 1 fence_x@pass
end 1 fence_x@pass pass exit 0 alive true
done 0
`},
		"a test that IGT lacks": {wire.Plan{Jobs: slices.Concat([]wire.Job{{Binary: "lacking", Subtest: "x", IGT: true}}, igt("pass"))}, `
start 0 lacking@x
end 0 lacking@x skip exit 79 alive true
start 1 kms_x@pass
end 1 kms_x@pass pass exit 0 alive true
done 0
`},
		"stop when lockdep is dead": {wire.Plan{StopOnDead: true, Jobs: builtin("pass", "kills-lockdep", "pass")}, `
start 0 fence_x@pass
end 0 fence_x@pass pass exit 0 alive true
start 1 fence_x@kills-lockdep
end 1 fence_x@kills-lockdep pass exit 0 alive false
stopped 1 fence_x@kills-lockdep
`},
		"go on when lockdep is dead": {wire.Plan{Jobs: igt("kills-lockdep", "pass")}, `
start 0 kms_x@kills-lockdep
end 0 kms_x@kills-lockdep pass exit 0 alive false
start 1 kms_x@pass
end 1 kms_x@pass pass exit 0 alive false
done 0
`},
		"timeouts": {wire.Plan{TestSeconds: 1, Jobs: slices.Concat(builtin("hangs", "pass"), igt("stubborn"))}, `
start 0 fence_x@hangs
end 0 fence_x@hangs timeout exit -1 alive true
start 1 fence_x@pass
end 1 fence_x@pass pass exit 0 alive true
start 2 kms_x@stubborn
end 2 kms_x@stubborn timeout exit -1 alive true
done 0
`},
		"a test that cannot be killed": {wire.Plan{TestSeconds: 1, Jobs: builtin("unkillable", "pass")}, `
start 0 fence_x@unkillable
hang 0 fence_x@unkillable
end 0 fence_x@unkillable timeout exit -1 alive true
start 1 fence_x@pass
end 1 fence_x@pass pass exit 0 alive true
done 0
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tt.plan)
			if err := b.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := "ready alive true\nprimed false\n" + strings.TrimPrefix(tt.want, "\n")
			if got := story(b.events(t)); got != want {
				t.Errorf("run(%s) told\n%s\nwant\n%s", name, got, want)
			}
		})
	}
}

// Calls are told before the end of the test that made them; what the boot made
// comes before the first test, what the end of the last program makes after it.
func TestHits(t *testing.T) {
	t.Parallel()
	b := newBench(t, wire.Plan{Jobs: builtin("pass", "counts", "skip")})
	tracing := fakeTracing(t)
	b.hist = eventDir(tracing, wire.ProbeBegin) + "/hist"
	b.agent.count = func() *counter {
		c := newCounter(tracing)
		c.note = "no signals"
		write(t, b.hist, line("boot+0x1", 1))
		return c
	}
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const want = `ready alive true
primed false
hits 0  [{begin boot+0x1 1 0}] no signals
start 0 fence_x@pass
end 0 fence_x@pass pass exit 0 alive true
start 1 fence_x@counts
hits 1 fence_x@counts [{begin f+0x1 3 0}] 
end 1 fence_x@counts pass exit 0 alive true
start 2 fence_x@skip
end 2 fence_x@skip skip exit 77 alive true
hits 2 fence_x@skip [{begin end+0x1 1 0}] 
done 0
`
	if got := story(b.events(t)); got != want {
		t.Errorf("run told\n%s\nwant\n%s", got, want)
	}
}

// The lines of a test become events of its job, in order.
func TestOutput(t *testing.T) {
	t.Parallel()
	b := newBench(t, wire.Plan{Jobs: slices.Concat(builtin("skip"), igt("pass"))})
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ev := range b.events(t) {
		if ev.Kind == wire.Output {
			got = append(got, fmt.Sprintf("%d %s", ev.Index, ev.Text))
		}
	}
	want := []string{
		"0 Starting subtest: skip", "0 Test requirement not met: no device", "0 Subtest skip: SKIP (0.000s)",
		"1 Starting subtest: pass", "1 Subtest pass: SUCCESS (0.001s)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("output %q; want %q", got, want)
	}
}

func TestEndlessOutput(t *testing.T) {
	t.Parallel()
	b := newBench(t, wire.Plan{Jobs: builtin("endless", "pass")})
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	size, last := 0, ""
	for _, ev := range b.events(t) {
		if ev.Kind == wire.Output && ev.Index == 0 {
			size += len(ev.Text) + lineCost
			last = ev.Text
		}
		if ev.Kind == wire.End && ev.Result != wire.Pass {
			t.Errorf("%s: %s; want its result line to be seen all the same", ev.Name, ev.Result)
		}
	}
	if size > maxJobOutput+2*lineCost || last != "(more output is dropped)" {
		t.Errorf("%d bytes of output that end in %q; want at most %d and a note", size, last, maxJobOutput)
	}
}

func TestMarkersAndSysRq(t *testing.T) {
	t.Parallel()
	b := newBench(t, wire.Plan{TestSeconds: 1, Jobs: slices.Concat(builtin("fail", "hangs"), igt("pass"))})
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `<6>[IGT] fence_x: executing
<6>[IGT] fence_x: starting subtest fail
<6>[IGT] fence_x: finished subtest fail, fail
<6>[IGT] fence_x: exiting, ret=98
<6>[IGT] fence_x: executing
<6>[IGT] fence_x: starting subtest hangs
<6>[IGT] fence_x: finished subtest hangs, timeout
<6>[IGT] fence_x: exiting, ret=-1
` // IGT writes its own
	if got := b.read(t, "kmsg"); got != want {
		t.Errorf("kernel log\n%s\nwant\n%s", got, want)
	}
	if got := b.read(t, "sysrq"); got != "d" { // a file keeps the last byte
		t.Errorf("last SysRq %q; want d", got)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	cancel(reason)
	b := newBench(t, wire.Plan{Jobs: builtin("pass")})
	if err := b.run(cancelled); !errors.Is(err, reason) {
		t.Errorf("run with a context that ended = %v; want %v", err, reason)
	}
	b = newBench(t, wire.Plan{})
	b.in = wire.NewDecoder(strings.NewReader("no plan\n"))
	err := b.run(t.Context())
	if _, ok := errors.AsType[*wire.LineError](err); !ok {
		t.Errorf("run without a plan = %v; want a *wire.LineError", err)
	}
	b.fail(err)
	if events := b.events(t); len(events) != 3 || events[2].Kind != wire.Failed || events[2].Text == "" {
		t.Errorf("events %+v; want ready, primed and failed", events)
	}
}

// The agent gives up when nobody listens.
func TestDeadPort(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	r.Close()
	b := newBench(t, wire.Plan{})
	b.out = wire.NewEncoder(duplex{nil, w})
	if err := b.run(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("run on a dead port = %v; want %v", err, io.ErrClosedPipe)
	}
}

func TestNotAgent(t *testing.T) {
	t.Parallel()
	if IsAgent() {
		t.Error("IsAgent() = true in a test")
	}
}

func TestWaitPort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := waitPort(dir, 0); err == nil {
		t.Error("waitPort found a port in an empty directory")
	}
	for name, text := range map[string]string{"vport0p0": "console\n", "vport0p1": wire.Port + "\n"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "name"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := waitPort(dir, patience); got != "vport0p1" || err != nil {
		t.Errorf("waitPort() = %q, %v; want vport0p1", got, err)
	}
}

func TestPortWaitsForHost(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "port")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	p := &port{file: read, deadline: time.Now().Add(patience)}
	got := make(chan string)
	go func() {
		buf := make([]byte, 8)
		n, _ := p.Read(buf)
		got <- string(buf[:n])
	}()
	if err := os.WriteFile(path, []byte("late"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "late" {
		t.Errorf("Read() = %q; want what the host wrote later", text)
	}
	p.deadline = time.Now()
	if _, err := p.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("Read() after the deadline = %v; want %v", err, io.EOF)
	}
}
