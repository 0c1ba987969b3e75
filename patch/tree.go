// SPDX-License-Identifier: MIT

package patch

import (
	"context"
	"errors"
)

// A Mode is a git file mode. Git keeps only these.
type Mode uint32

// The file modes of git trees (git's Documentation/gitformat-index.txt).
const (
	ModeFile    Mode = 0o100644
	ModeExec    Mode = 0o100755
	ModeSymlink Mode = 0o120000
	ModeDir     Mode = 0o040000
	ModeGitlink Mode = 0o160000

	modeType Mode = 0o170000
)

// canonical maps a regular mode to the two that git stores, as create_ce_mode
// in git's read-cache.h does.
func (m Mode) canonical() Mode {
	if m&modeType != ModeFile&modeType {
		return m
	}
	if m&0o100 != 0 {
		return ModeExec
	}
	return ModeFile
}

// ErrNoBlob is what [Tree.Blob] returns for an id that is not there.
var ErrNoBlob = errors.New("patch: no such blob")

// ErrTooBig is what [Tree.Blob] returns for contents over [MaxFileBytes].
var ErrTooBig = errors.New("patch: file is too big")

// A Tree is what applying needs to know of the tree that a patch goes on.
type Tree interface {
	// Entry returns what is at path; ok is false when there is nothing.
	// A path below a file or a link has nothing.
	Entry(ctx context.Context, path string) (e Entry, ok bool, err error)
	// Blob returns the contents of a blob, which the caller does not change,
	// or ErrNoBlob, or ErrTooBig.
	Blob(ctx context.Context, id string) ([]byte, error)
}

// An Entry is one name in a tree.
type Entry struct {
	Mode Mode
	ID   string // object id in hex; empty when the contents are only in Data
	Data []byte // contents when ID is empty
}

// contents returns the bytes of a file or the target of a link.
func (e Entry) contents(ctx context.Context, t Tree) ([]byte, error) {
	if e.ID == "" {
		return e.Data, nil
	}
	return t.Blob(ctx, e.ID)
}

// A Change is what a patch does to one path.
type Change struct {
	Path   string
	Delete bool  // nothing is at Path afterwards; Entry is empty
	Entry  Entry // what is there afterwards
}
