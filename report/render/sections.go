// SPDX-License-Identifier: MIT

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/report"
)

// mailConflict shows the lines a hunk wants against those that are there.
func mailConflict(t *text, c *report.Conflict) {
	if c == nil {
		return
	}
	if len(c.Expected) > 0 {
		t.para("The patch expects (lines that the base lacks here are marked):")
		t.gap()
		t.indented(marked(c.Expected, c.Found))
		t.gap()
	}
	if len(c.Found) > 0 {
		t.para("The base has:")
		t.gap()
		t.indented(marked(c.Found, c.Expected))
		t.gap()
	}
}

// marked returns the lines of a hunk, those that the other side lacks with a mark.
func marked(lines, other []string) []string {
	var out []string
	for i, l := range lines {
		if i == mailLines {
			return append(out, fmt.Sprintf("[%d lines left out]", len(lines)-i))
		}
		mark := "  "
		if !slices.Contains(other, l) {
			mark = "> "
		}
		out = append(out, mark+strings.TrimRight(visible(cut(l, maxLine)), " \t\n"))
	}
	return out
}

// mailDiagnostics lists compiler messages that no finding shows.
func mailDiagnostics(t *text, r report.Report) {
	var out []string
	for _, d := range r.Build.Diagnostics {
		if d.Kind != "error" {
			s := field(d.String())
			if d.Patch > 0 {
				s += fmt.Sprintf(" (patch %d)", d.Patch)
			}
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return
	}
	t.para("New compiler warnings (listed only, they are no reason for the verdict):")
	t.gap()
	left := len(out) - mailLines
	for _, s := range out[:min(len(out), mailLines)] {
		t.add("  " + s)
	}
	if left > 0 {
		t.add(fmt.Sprintf("  [%d more]", left))
	}
	t.gap()
}

// mailTests says what ran. A pass is worth no more than this.
func mailTests(t *text, r report.Report) {
	mailStatic(t, r)
	if len(r.Cases) == 0 && r.Lockdep.Ran == 0 {
		mailCoverage(t, r)
		mailNotes(t, r)
		return
	}
	t.para("What was tested: " + tested(r))
	t.gap()
	var names []string
	for _, c := range r.Cases {
		if c.Patched != "" && c.Patched != "skip" && c.Patched != "notrun" {
			names = append(names, rowName(c))
		}
	}
	if len(names) > 0 {
		t.add(wrap("  ", strings.Join(names[:min(len(names), 3*mailLines)], ", "), t.width)...)
		t.gap()
	}
	mailCoverage(t, r)
	changed := changedRows(r)
	if len(changed) > 0 {
		t.para("Tests that end differently on base and patched kernel (listed only):")
		t.gap()
		for _, c := range changed[:min(len(changed), mailLines)] {
			t.add("  " + changeOf(c))
		}
		t.gap()
	}
	if flaky := flakyRows(r); len(flaky) > 0 {
		t.para("Tests that failed and passed when they ran again (flaky, not counted):")
		t.gap()
		for _, c := range flaky[:min(len(flaky), mailLines)] {
			t.bullet(changeOf(c))
		}
		t.gap()
	}
	if len(r.Known) > 0 {
		t.para("Also reported, but the base reports it as well, so it is not laid to this series:")
		t.gap()
		for _, f := range r.Known[:min(len(r.Known), mailLines)] {
			t.bullet(field(f.Title))
		}
		t.gap()
	}
	mailMended(t, r)
	mailNotes(t, r)
}

func mailNotes(t *text, r report.Report) {
	for _, n := range r.Notes[:min(len(r.Notes), mailLines)] {
		t.para("Note: " + sentence(field(n)))
	}
	t.gap()
}

// changeOf says how a test ended on both kernels.
func changeOf(c report.Row) string {
	return rowName(c) + ": " + field(c.Base) + " -> " + field(c.Patched) + listed(c)
}

// listed says what lists of known failures make of a result, and what came of
// running the test again.
func listed(c report.Row) string {
	s := ""
	if c.Expected != "" && c.Expected != "fine" {
		s = " (by the lists: " + field(c.Expected) + ")"
	}
	if len(c.Retries) > 0 {
		word := "again"
		if c.Flaky {
			word = "flaky; again"
		}
		s += " (" + word + ": " + field(strings.Join(c.Retries, ", ")) + ")"
	}
	return s
}

func rowName(c report.Row) string {
	if c.Driver == "" {
		return field(c.Name)
	}
	return field(c.Name) + " on " + field(c.Driver)
}

func changedRows(r report.Report) []report.Row {
	var out []report.Row
	for _, c := range r.Cases {
		if c.Changed() {
			out = append(out, c)
		}
	}
	return out
}

// flakyRows are the tests that failed and passed when they ran again.
func flakyRows(r report.Report) []report.Row {
	var out []report.Row
	for _, c := range r.Cases {
		if c.Flaky {
			out = append(out, c)
		}
	}
	return out
}

// mailReproduce says what to type, and on what machine this was seen.
func mailReproduce(t *text, r report.Report, files Files) {
	p := r.Reproduce
	if p.Base == "" && len(p.Commands) == 0 {
		return
	}
	t.para("How to reproduce:")
	t.gap()
	if files.JSON != "" {
		t.add("  fencebot reproduce " + visible(fileName(files.JSON)))
		if len(p.Commands) > 0 {
			t.gap()
			t.para("or by hand:")
			t.gap()
		}
	}
	for _, c := range p.Commands {
		t.indented(block(c, 4*maxLine))
	}
	t.gap()
	machine(t, p)
	t.gap()
	if len(p.QEMU) > 0 && (r.Word == report.Findings || r.Word == report.BootFailure) {
		t.para("QEMU was started with:")
		t.gap()
		t.indented(strings.Split(shellLine(p.QEMU), "\n"))
		t.gap()
	}
}

// machine lists the facts that decide what a run shows.
func machine(t *text, p report.Reproduce) {
	facts := [][2]string{
		{"base", p.Base}, {"patched", p.Tip}, {"overlays", strings.Join(p.Overlays, ", ")},
		{"config", p.ConfigHash}, {"compiler", p.Compiler}, {"qemu", p.QEMUVersion},
		{"test drivers", strings.Join(p.Harness, ", ")},
	}
	if p.ConfigHash != "" {
		facts[3][1] = "sha256 " + p.ConfigHash
	}
	for _, f := range facts {
		if f[1] != "" {
			t.item(f[0], field(f[1]))
		}
	}
	if p.Accel != "" {
		t.item("guest", fmt.Sprintf("%s, %d CPUs, %d MiB", field(p.Accel), p.CPUs, p.MemoryMiB))
	}
	for _, d := range p.Devices {
		t.item("device", field(d))
	}
}

// fileName quotes a file name for a POSIX shell, so that it is no option either.
func fileName(s string) string {
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return shellWord(s)
}

// shellWord quotes an argument for a POSIX shell when it needs that.
func shellWord(s string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-=@%:,"
	if s != "" && strings.Trim(s, safe) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func mailFooter(t *text, r report.Report) {
	t.add("-- ")
	program := strings.TrimSpace("fencebot " + field(r.Fencebot.Program))
	t.para("This is an automatic report of " + program + ". It may contain errors. Nobody has looked at it before it was written.")
}
