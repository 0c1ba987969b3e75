// SPDX-License-Identifier: MIT

package lockdep

// State says whether lockdep was still looking at the end of a log. It turns
// itself off at its first report: what comes after is not checked.
type State struct {
	Alive  bool   `json:"alive"`
	Reason string `json:"reason"` // what turned it off, and where in the log; empty when alive
}
