// SPDX-License-Identifier: MIT

package coverage

import (
	"context"
	"path"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
)

// options finds the Kconfig options that files are built with.
type options struct {
	repo   *gittree.Repo
	commit string
	seen   map[string]makefile // by directory
}

// A makefile has for each goal of a directory's Makefile ("vkms_crtc.o",
// "vkms/") the left side of the assignment that names it: "obj-$(CONFIG_DRM_VKMS)".
type makefile map[string]string

// Options returns the Kconfig option that files of a commit are built with, by
// file. What is no C file, and what is always built, is left out.
func Options(ctx context.Context, repo *gittree.Repo, commit string, files []string) (map[string]string, error) {
	o := options{repo: repo, commit: commit, seen: map[string]makefile{}}
	out := map[string]string{}
	for _, file := range files {
		option, err := o.of(ctx, file)
		if err != nil {
			return nil, err
		}
		if option != "" {
			out[file] = option
		}
	}
	return out, nil
}

// of returns the option of a C file, from its directory's Makefile or from the
// one of a directory above it that makes the way conditional. It is empty for
// headers and for what is always built.
func (o *options) of(ctx context.Context, file string) (string, error) {
	name, ok := strings.CutSuffix(file, ".c")
	if !ok {
		return "", nil
	}
	dir, goal := path.Dir(name), path.Base(name)+".o"
	for dir != "." {
		m, err := o.makefile(ctx, dir)
		if err != nil {
			return "", err
		}
		if option := m.option(goal); option != "" {
			return option, nil
		}
		dir, goal = path.Dir(dir), path.Base(dir)+"/"
	}
	return "", nil
}

// option returns the condition of a goal, which may be part of another one.
func (m makefile) option(goal string) string {
	const deep = 4 // a part of a part is rare
	for range deep {
		left, ok := m[goal]
		if !ok {
			return ""
		}
		_, option, ok := strings.Cut(left, "$(CONFIG_")
		if option, closed := strings.CutSuffix(option, ")"); ok && closed && option != "" {
			return "CONFIG_" + option
		}
		goal = left[:strings.LastIndexByte(left, '-')] + ".o" // "vkms.o" of "vkms-y"
	}
	return ""
}

// makefile reads the Makefile of a directory; one that is not there is empty.
func (o *options) makefile(ctx context.Context, dir string) (makefile, error) {
	if m, ok := o.seen[dir]; ok {
		return m, nil
	}
	text, _, err := o.repo.File(ctx, o.commit, dir+"/Makefile")
	if err != nil {
		return nil, err
	}
	m := parseMakefile(string(text[:min(len(text), maxSource)]))
	o.seen[dir] = m
	return m, nil
}

// parseMakefile reads assignments of kbuild lists: "vkms-y := vkms_drv.o \" and
// "obj-$(CONFIG_DRM_VKMS) += vkms.o" (Documentation/kbuild/makefiles.rst).
func parseMakefile(text string) makefile {
	m := makefile{}
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		left, right, ok := strings.Cut(line, "=")
		left = strings.TrimSpace(strings.TrimRight(left, ":+? \t"))
		if !ok || !strings.Contains(left, "-") || strings.ContainsAny(left, " \t") {
			continue
		}
		for goal := range strings.FieldsSeq(right) {
			if _, twice := m[goal]; !twice && (strings.HasSuffix(goal, ".o") || strings.HasSuffix(goal, "/")) {
				m[goal] = left
			}
		}
	}
	return m
}
