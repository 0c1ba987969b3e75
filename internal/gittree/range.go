// SPDX-License-Identifier: MIT

package gittree

// A Range is a base and the commits on top of it, wherever they came from: a
// mailed series, a range of a work tree, a pull request. Later stages know
// nothing else.
type Range struct {
	Tree    string    // name of the registered tree, or the path of a repository
	Base    string    // full commit id
	BaseWhy string    // how the base was chosen, in words for the report
	Commits []Commit  // one per applied patch, oldest first
	Skipped []Skipped // patches that were in the base already
}

// Tip returns the last commit, or the base when there is none.
func (r Range) Tip() string {
	if len(r.Commits) == 0 {
		return r.Base
	}
	return r.Commits[len(r.Commits)-1].ID
}

// A Commit is one patch as a git commit.
type Commit struct {
	ID      string `json:"commit"`
	Tree    string `json:"tree"`
	Subject string `json:"subject"`
	Patch   int    `json:"-"` // number of the patch in the series, 1-based
}

// Skipped is a patch that gives no commit because its change is there already.
type Skipped struct {
	Patch int    `json:"patch"`
	Why   string `json:"why"`
}
