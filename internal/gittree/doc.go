// SPDX-License-Identifier: MIT

// Package gittree is the only place that knows git: it keeps source trees,
// puts a series on a base, and checks commits out for building.
//
// A [Registry] holds named trees as bare repositories, made from a git URL, a
// local repository or a source tarball. A [Repo] reads objects through one
// long-lived "git cat-file" and writes commits with "git fast-import";
// [Repo.Apply] turns a series into a [Range] with one commit per patch. A
// [Slot] is one checked-out source directory that moves between commits
// without touching files that do not differ, so that a warm build stays warm.
//
// What package patch cannot place goes to git's own merge, as "git am -3" does
// it: the tree is that of "git am -3" or the series is refused.
//
// It runs no hook, filter, or command that a repository names, reads neither
// the user's nor the system's git configuration, and never hands a name from
// outside to git without a check or "--". It does not check out a tree to
// apply a patch.
//
// Three outcomes are kept apart. A series that does not fit is a
// [*patch.ConflictError], one that must not be applied a
// [*patch.RefusedError]. A slot or tree that someone else uses is [ErrBusy].
// Any other error is ours or git's. git 2.38 or newer is needed.
package gittree
