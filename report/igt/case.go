// SPDX-License-Identifier: MIT

package igt

import "github.com/fencebot/fencebot/qemu/wire"

// A Case is one subtest of one run.
type Case struct {
	Name    string      `json:"name"` // binary@subtest
	Result  wire.Result `json:"result"`
	Seconds float64     `json:"seconds"`
	Output  string      `json:"output,omitempty"`
	Boot    int         `json:"boot"`  // which boot of the run, from 0
	Alive   bool        `json:"alive"` // lockdep was alive when the subtest began
}
