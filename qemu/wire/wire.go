// SPDX-License-Identifier: MIT

package wire

// MaxLine is the longest line in bytes that either side accepts.
const MaxLine = 64 << 10

// Port is the name of the virtio-serial port.
const Port = "fencebot.agent"

// A Plan is what the guest is to run, in order.
type Plan struct {
	Jobs        []Job `json:"jobs"`
	TestSeconds int   `json:"test_seconds"` // limit for one subtest; 0 means 60
	StopOnDead  bool  `json:"stop_on_dead"` // stop after the subtest that made lockdep turn itself off
}

// A Job is one subtest of one test binary.
type Job struct {
	Binary  string `json:"binary"`           // "kms_vblank"; built-in names start with "fence_"
	Subtest string `json:"subtest"`          // empty for a binary without subtests
	Driver  string `json:"driver,omitempty"` // IGT_FORCE_DRIVER, e.g. "vkms"
	IGT     bool   `json:"igt,omitempty"`    // run the binary from the IGT image instead of the built-in one
}

// Name returns binary@subtest, the form of IGT's expectation files.
func (j Job) Name() string {
	if j.Subtest == "" {
		return j.Binary
	}
	return j.Binary + "@" + j.Subtest
}

// A Kind says what an Event reports.
type Kind string

// The kinds of events, in the order in which a run without trouble sends them.
const (
	Ready   Kind = "ready"   // agent is up; Uptime, Kernel, Lockdep set
	Primed  Kind = "primed"  // Priming; Text says why it is not known. Once, before the first job
	Start   Kind = "start"   // Index and Name of the job that begins
	Output  Kind = "output"  // Text: one line of the test's standard output or error
	Hits    Kind = "hits"    // Hits since the last of these; before the first Start those of the boot, else of the job Index. Text: what is not counted
	End     Kind = "end"     // Index, Name, Result, Exit, Seconds, Lockdep
	Hang    Kind = "hang"    // the running job did not end even when killed; Text says how long
	Stopped Kind = "stopped" // StopOnDead took effect; Index is the last job that ran
	Done    Kind = "done"    // all jobs ran; the guest powers off
	Failed  Kind = "failed"  // the agent itself cannot go on; Text says why
)

// An Event is one line from the guest.
type Event struct {
	Kind    Kind    `json:"kind"`
	Index   int     `json:"index"` // of the job in the Plan
	Name    string  `json:"name,omitempty"`
	Result  Result  `json:"result,omitempty"`
	Exit    int     `json:"exit,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
	Uptime  float64 `json:"uptime,omitempty"` // seconds since the guest's kernel started
	Kernel  string  `json:"kernel,omitempty"`
	Text    string  `json:"text,omitempty"`
	Lockdep Lockdep `json:"lockdep,omitzero"`
	Priming Priming `json:"priming,omitzero"`
	Hits    []Hit   `json:"hits,omitempty"`
}

// A Result is the outcome of a subtest, in igt_runner's words.
type Result string

// Results a subtest can have. NotRun is never sent by a guest: it is what the
// host knows of a job that did not start.
const (
	Pass       Result = "pass"
	Fail       Result = "fail"
	Skip       Result = "skip"
	Crash      Result = "crash"
	Timeout    Result = "timeout"
	Incomplete Result = "incomplete"
	NotRun     Result = "notrun"
)

// Lockdep is what /proc/lockdep_stats said.
type Lockdep struct {
	Known bool   `json:"known"`          // false: the file could not be read
	Alive bool   `json:"alive"`          // debug_locks: 1
	Text  string `json:"text,omitempty"` // why it is not known
}
