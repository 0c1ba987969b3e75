// SPDX-License-Identifier: MIT

package igt

import "github.com/fencebot/fencebot/qemu/wire"

// MaxOutput is how many bytes of a test's own output a Case keeps: the first ones.
const MaxOutput = 64 << 10

// A Case is one subtest of one run.
type Case struct {
	Name    string      `json:"name"` // binary@subtest
	Driver  string      `json:"driver,omitempty"`
	Result  wire.Result `json:"result"`
	Seconds float64     `json:"seconds"`
	Output  string      `json:"output,omitempty"` // at most MaxOutput bytes
	Log     string      `json:"log,omitempty"`    // its part of the kernel log, see AddLog; at most MaxLog bytes
	Boot    int         `json:"boot"`             // which boot of the run, from 0
	Job     int         `json:"job"`              // index of the job in the plan it came from
	Place   int         `json:"place"`            // position among the jobs of its boot, from 0
	Alive   bool        `json:"alive"`            // lockdep was alive when the subtest began
	IGT     bool        `json:"igt,omitempty"`    // a test of IGT, none of ours
	Retry   bool        `json:"retry,omitempty"`  // it ran once more because it had failed
}

// Key tells cases of two runs apart: the same subtest on two drivers is two.
func (c Case) Key() string {
	if c.Driver == "" {
		return c.Name
	}
	return c.Name + " on " + c.Driver
}

// Started reports whether the subtest began to run in a guest.
func (c Case) Started() bool { return c.Result != wire.NotRun && c.Result != "" }

// Exercised reports whether the subtest did any of its work: it began and did
// not skip.
func (c Case) Exercised() bool { return c.Started() && c.Result != wire.Skip }

// Stuck reports whether the subtest began and never came to an end.
func (c Case) Stuck() bool { return c.Result == wire.Timeout || c.Result == wire.Incomplete }
