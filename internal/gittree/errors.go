// SPDX-License-Identifier: MIT

package gittree

import "errors"

// ErrBusy says that another process uses the slot or changes the tree. Try
// again later.
var ErrBusy = errors.New("gittree: in use by another process")

// ErrNoHome says that a slot must be filled by SetHome first.
var ErrNoHome = errors.New("gittree: the slot has no home yet")

// ErrUnknownRev says that a tree lacks the commit that is asked for.
var ErrUnknownRev = errors.New("gittree: no such commit in this tree")

// ErrUnknownTree says that no tree of that name is registered.
var ErrUnknownTree = errors.New("gittree: no such tree")
