// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestParseLog reads testdata/log/*.log; what it finds is beside each as .want.
func TestParseLog(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/log/*.log")
	if err != nil || len(names) == 0 {
		t.Fatal("no logs", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			log, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			diags, err := ParseLog(bytes.NewReader(log), "/src", "..")
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, d := range diags {
				got.WriteString(d.String() + "\n")
			}
			golden := strings.TrimSuffix(name, ".log") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("diagnostics of %s:\n%s\nwant:\n%s", name, &got, want)
			}
		})
	}
}

func TestParseLogLimits(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "a.c:%d: error: %s\n", i, strings.Repeat("x", i))
	}
	diags, err := ParseLog(strings.NewReader(b.String() + "b.c:1:1: warning: last"))
	if err != nil || len(diags) != maxDiagnostics+1 {
		t.Fatalf("%d diagnostics, %v; want %d", len(diags), err, maxDiagnostics+1)
	}
	if d := diags[maxDiagnostics]; d.Kind != Warning || d.File != "b.c" {
		t.Errorf("last = %+v; want the warning without a newline", d)
	}
	for _, d := range diags {
		if len(d.Message) > maxMessage {
			t.Fatalf("message of %d bytes", len(d.Message))
		}
	}
}

func TestResourceLack(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"a.c:1:1: fatal error: error writing to /tmp/cc1.s: No space left on device": "disk space",
		"ld: final link failed: No space left on device":                             "disk space",
		"gcc: fatal error: Killed signal terminated program cc1":                     "memory",
		"cc1: out of memory allocating 65536 bytes after a total of 1 bytes":         "memory",
		"make[2]: *** [Makefile:3: a.o] Killed":                                      "memory",
		"make: fork: Resource temporarily unavailable":                               "processes",
		"/bin/sh: 1: Cannot fork":                                                    "processes",
		"a.c:1:2: error: #error No space left on device":                             "",
		"a.c:1:2: warning: #warning Killed signal terminated program":                "",
		`   12 |  pr_err("No space left on device");`:                                "",
		"a.c:1:2: error: static assertion failed: \"Cannot fork\"":                   "",
		"a.c:10:5: error: 'x' undeclared":                                            "",
	} {
		got := ""
		if lack := resourceLack(line); lack != nil {
			got = lack.What
		}
		if got != want {
			t.Errorf("resourceLack(%q) = %q; want %q", line, got, want)
		}
	}
}

func TestNewWarnings(t *testing.T) {
	t.Parallel()
	w := func(file string, line int, msg string) Diagnostic {
		return Diagnostic{Kind: Warning, File: file, Line: line, Message: msg, Option: "-Wx"}
	}
	base := []Diagnostic{w("a.c", 1, "old"), w("b.c", 2, "gone")}
	patched := []Diagnostic{w("a.c", 9, "old"), w("a.c", 20, "old"), w("c.c", 1, "old"), {Kind: Error, File: "a.c", Message: "e"}}
	want := []Diagnostic{w("a.c", 20, "old"), w("c.c", 1, "old")}
	if got := NewWarnings(base, patched); !reflect.DeepEqual(got, want) {
		t.Errorf("NewWarnings = %v; want %v", got, want)
	}
	if got := NewWarnings(patched, patched); got != nil {
		t.Errorf("NewWarnings of the same = %v; want none", got)
	}
}

// FuzzParseLog holds the promises of the parser for any text: bounded, safe to
// show, and the same however the text is cut into writes.
func FuzzParseLog(f *testing.F) {
	names, _ := filepath.Glob("testdata/log/*.log")
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(7))
	}
	f.Add([]byte("a:1:\x1b[2J error: \xff\n{standard input}:0: Error: x\n:::\n1:+2:-3: error: y"), uint8(1))
	f.Fuzz(func(t *testing.T, log []byte, step uint8) {
		whole, err := ParseLog(bytes.NewReader(log), "/src")
		if err != nil {
			t.Fatal(err)
		}
		p := newParser("/src")
		for rest := log; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			_, _ = p.Write(rest[:n])
			rest = rest[n:]
		}
		if cut := p.finish(); !reflect.DeepEqual(cut, whole) {
			t.Fatalf("in pieces of %d: %v; want %v", int(step)+1, cut, whole)
		}
		for _, d := range whole {
			if d.Kind != Error && d.Kind != Warning || d.Message == "" || d.Line < 0 || d.Column < 0 {
				t.Errorf("bad diagnostic %+v", d)
			}
			if s := d.String(); !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x1b\x00") || len(s) > 4*maxMessage+maxLine {
				t.Errorf("unsafe to show: %q", s)
			}
		}
	})
}
