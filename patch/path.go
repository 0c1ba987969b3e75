// SPDX-License-Identifier: MIT

package patch

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Path length limits, those of Linux (PATH_MAX, NAME_MAX).
const (
	maxPathBytes = 4095
	maxNameBytes = 255
)

// CheckPath returns an error that says why path is no plain file name inside a
// tree: absolute, leaving the tree, or a spelling of .git that some file system
// takes for it. It is at least as strict as verify_path in git's read-cache.c,
// with the HFS and NTFS rules always on; control characters are refused as
// well, because names go to terminals and pages.
func CheckPath(path string) error {
	switch {
	case path == "":
		return errors.New("empty path")
	case len(path) > maxPathBytes:
		return errors.New("path is too long")
	case path[0] == '/':
		return errors.New("absolute path")
	case len(path) >= 2 && path[1] == ':':
		return errors.New("path with a drive letter")
	case !cleanText(path):
		return errors.New("path with control characters")
	}
	for name := range strings.SplitSeq(path, "/") {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("path with an empty part")
	case name == "." || name == "..":
		return errors.New("path that leaves the tree")
	case len(name) > maxNameBytes:
		return errors.New("name is too long")
	case isDotGit(name):
		return errors.New("path into the git directory")
	}
	// NTFS takes a backslash for a separator.
	if strings.Contains(name, `\`) {
		for part := range strings.SplitSeq(name, `\`) {
			if part == ".." || isDotGit(part) {
				return errors.New("path that leaves the tree")
			}
		}
	}
	return nil
}

func cleanText(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// isDotGit reports whether some file system opens .git under this name: any
// case, ignorable code points inside (HFS+), the short name GIT~1, trailing
// dots and spaces, or a stream suffix (NTFS). See is_hfs_dotgit in git's utf8.c
// and is_ntfs_dotgit in path.c.
func isDotGit(name string) bool {
	name = strings.ToLower(dropIgnorable(name))
	name, _, _ = strings.Cut(name, ":")
	name = strings.TrimRight(name, ". ")
	return name == ".git" || strings.HasPrefix(name, "git~") && onlyDigits(name[len("git~"):])
}

func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// dropIgnorable removes the code points that HFS+ ignores in a name.
func dropIgnorable(name string) string {
	if isASCII(name) {
		return name
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x200c && r <= 0x200f, r >= 0x202a && r <= 0x202e,
			r >= 0x206a && r <= 0x206f, r == 0xfeff:
			return -1
		}
		return r
	}, name)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// CheckLink returns an error when a symbolic link at path with this target can
// lead out of the tree. Parts ".." are allowed only at the front: behind a name
// that is a link itself they could climb further than they look.
func CheckLink(path, target string) error {
	switch {
	case target == "":
		return errors.New("symbolic link without target")
	case len(target) > maxPathBytes:
		return errors.New("symbolic link target is too long")
	case target[0] == '/':
		return errors.New("symbolic link to an absolute path")
	case !cleanText(target):
		return errors.New("symbolic link target with control characters")
	}
	depth, down := strings.Count(path, "/"), false
	for name := range strings.SplitSeq(target, "/") {
		switch {
		case name == "" || name == ".":
		case name != "..":
			if isDotGit(name) {
				return errors.New("symbolic link into the git directory")
			}
			down = true
		case down || depth == 0:
			return errors.New("symbolic link that leaves the tree")
		default:
			depth--
		}
	}
	return nil
}

// isGitModules reports a path whose last part is .gitmodules, which git reads.
func isGitModules(path string) bool {
	return strings.EqualFold(path[strings.LastIndexByte(path, '/')+1:], ".gitmodules")
}
