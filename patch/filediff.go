// SPDX-License-Identifier: MIT

package patch

import (
	"fmt"
	"os"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// A Diff is the readable, checked diff of one patch.
type Diff struct {
	Number int // of the patch in its series, for messages
	files  []*fileDiff
}

// A fileDiff is the part of a diff about one file. Names are empty where git
// has none: the old one of a new file, the new one of a deleted file.
type fileDiff struct {
	git              *gitdiff.File
	oldName, newName string
	oldMode, newMode Mode // 0 when the diff does not say
}

func (f *fileDiff) isNew() bool    { return f.git.IsNew }
func (f *fileDiff) isDelete() bool { return f.git.IsDelete }

// moves reports a rename or a copy: those read the tree from before the patch
// ("git patches do not depend on the order", previous_patch in git's apply.c).
func (f *fileDiff) moves() bool { return f.git.IsRename || f.git.IsCopy }

// name is the path for messages.
func (f *fileDiff) name() string {
	if f.oldName != "" {
		return f.oldName
	}
	return f.newName
}

// changesLines reports whether there are text hunks; each of them changes
// something, the parser sees to that.
func (f *fileDiff) changesLines() bool { return len(f.git.TextFragments) > 0 }

// ParseDiff reads the diff of p and checks every name and mode in it, so that
// nothing of a patch is used before all of it is known to be harmless. The
// error is a [*RefusedError].
func ParseDiff(p Patch) (*Diff, error) {
	refuse := func(file, reason string) (*Diff, error) {
		return nil, &RefusedError{Patch: p.Number, File: file, Reason: reason}
	}
	if len(p.Diff) > MaxDiffBytes {
		return refuse("", fmt.Sprintf("diff of %d bytes is too big", len(p.Diff)))
	}
	parsed, err := parseFiles(p.Diff)
	if err != nil {
		return refuse("", "unreadable diff: "+strings.TrimPrefix(err.Error(), "gitdiff: "))
	}
	if len(parsed) == 0 {
		return refuse("", "no diff in it")
	}
	if len(parsed) > MaxFiles {
		return refuse("", fmt.Sprintf("%d files are too many", len(parsed)))
	}
	d := &Diff{Number: p.Number}
	for _, g := range parsed {
		f := newFileDiff(g)
		if reason := f.check(); reason != "" {
			return refuse(f.name(), reason)
		}
		d.files = append(d.files, f)
	}
	return d, nil
}

// parseFiles parses git diffs, and plain "---"/"+++" diffs in front of them.
// The parser leaves the a/ and b/ of plain diffs alone; git am strips them.
func parseFiles(text string) ([]*gitdiff.File, error) {
	plain, git := splitPlain(text)
	var all []*gitdiff.File
	if strings.Contains(plain, "--- ") {
		files, _, err := gitdiff.Parse(strings.NewReader(plain))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if err := stripPlain(f); err != nil {
				return nil, err
			}
		}
		all = files
	}
	files, _, err := gitdiff.Parse(strings.NewReader(git))
	if err != nil {
		return nil, err
	}
	return append(all, files...), nil
}

// splitPlain cuts text before its first git header. No line of a hunk can look
// like one: those start with a blank, '+', '-' or '\'.
func splitPlain(text string) (plain, git string) {
	const header = "diff --git "
	if strings.HasPrefix(text, header) {
		return "", text
	}
	if i := strings.Index(text, "\n"+header); i >= 0 {
		return text[:i+1], text[i+1:]
	}
	return text, ""
}

// stripPlain takes the first part off the names of a plain diff, as -p1 does;
// names without any directory stay (guess_p_value in git's apply.c).
func stripPlain(f *gitdiff.File) error {
	for _, name := range []*string{&f.OldName, &f.NewName} {
		if strings.HasPrefix(*name, "/") && *name != os.DevNull {
			return fmt.Errorf("absolute path %q", *name)
		}
		if _, rest, ok := strings.Cut(*name, "/"); ok && *name != os.DevNull {
			*name = rest
		}
	}
	return nil
}

func newFileDiff(g *gitdiff.File) *fileDiff {
	f := &fileDiff{git: g, oldName: g.OldName, newName: g.NewName}
	if g.IsNew || f.oldName == os.DevNull {
		f.oldName = ""
	}
	if g.IsDelete || f.newName == os.DevNull {
		f.newName = ""
	}
	f.oldMode = Mode(g.OldMode).canonical()
	f.newMode = Mode(g.NewMode).canonical()
	return f
}

// check returns why this file is refused, or nothing.
func (f *fileDiff) check() string {
	if (f.oldName == "" && !f.isNew()) || (f.newName == "" && !f.isDelete()) {
		return "no file name"
	}
	for _, name := range []string{f.oldName, f.newName} {
		if name == "" {
			continue
		}
		if err := CheckPath(name); err != nil {
			return err.Error()
		}
	}
	for _, m := range []Mode{f.oldMode, f.newMode} {
		switch m {
		case 0, ModeFile, ModeExec:
		case ModeSymlink:
			if isGitModules(f.newName) {
				return "symbolic link named .gitmodules"
			}
		case ModeGitlink:
			return "submodule change"
		default:
			return fmt.Sprintf("file mode %o", m)
		}
	}
	return f.checkHunks()
}

func (f *fileDiff) checkHunks() string {
	g := f.git
	for _, frag := range g.TextFragments {
		if frag.OldPosition < 0 || frag.NewPosition < 0 || frag.OldLines < 0 || frag.NewLines < 0 {
			return "hunk with a negative line number"
		}
		if err := frag.Validate(); err != nil {
			return "unreadable hunk: " + err.Error()
		}
	}
	if frag := g.BinaryFragment; frag != nil && frag.Size > MaxFileBytes {
		return fmt.Sprintf("binary change of %d bytes is too big", frag.Size)
	}
	modes := g.OldMode != 0 && g.NewMode != 0 && f.oldMode != f.newMode
	if len(g.TextFragments) == 0 && !g.IsBinary && !g.IsNew && !g.IsDelete && !f.moves() && !modes {
		return "a diff header without a change" // "patch with only garbage", git's apply.c
	}
	return ""
}
