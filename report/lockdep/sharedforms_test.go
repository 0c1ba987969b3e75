// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

// A stampedLog is a log of which every line has a time stamp, perhaps with a caller.
type stampedLog struct {
	callers, texts []string
}

// readStamped reads the stamped lines of the shared log.
func readStamped(t *testing.T, name string) stampedLog {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, log, _ := bytes.Cut(data, []byte("\n\n"))
	form := regexp.MustCompile(`(?ms)^\[ *\d+\.\d{6}\](?:\[ *([TC]\d+)\])? ?([^\n]*)$`)
	var out stampedLog
	for _, m := range form.FindAllSubmatch(log, -1) {
		out.callers = append(out.callers, string(m[1]))
		out.texts = append(out.texts, string(m[2]))
	}
	return out
}

// print writes the log in a form that has %[1]s for the caller and %[2]s for the text.
func (l stampedLog) print(with, without string) string {
	var out strings.Builder
	for i, text := range l.texts {
		if l.callers[i] != "" {
			fmt.Fprintf(&out, with+"\n", l.callers[i], text)
		} else {
			fmt.Fprintf(&out, without+"\n", text)
		}
	}
	return out.String()
}

// essence is what must not depend on the form of a log.
func essence(splats []lockdep.Splat) string {
	var out strings.Builder
	for _, s := range splats {
		fmt.Fprintln(&out, s.Family, s.Signature, s.Function, s.At, s.Corrupted, len(s.Held), len(s.Edges))
	}
	return out.String()
}

func TestSharedLogsInForms(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "lockdep")
	files, err := filepath.Glob(filepath.Join(dir, "[0-9]*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			log := readStamped(t, file)
			console := log.print("[    1.123456][%6[1]s] %[2]s", "[    1.123456] %[1]s")
			want := essence(scan(t, []byte(console)))
			for name, form := range map[string]string{
				"CRLF":    strings.ReplaceAll(console, "\n", "\r\n"),
				"CR":      strings.ReplaceAll(console, "\n", "\r"),
				"syslog":  log.print("Nov 22 19:22:50 host kernel: [    1.123456][%6[1]s] %[2]s", "Nov 22 19:22:50 host kernel: [    1.123456] %[1]s"),
				"journal": log.print("2026-11-22T19:22:50+0000 host kernel: [%6[1]s] %[2]s", "2026-11-22T19:22:50+0000 host kernel: %[1]s"),
				"dmesg":   log.print("kern  :warn  : [Sun Nov 22 19:22:50 2026] [%6[1]s] %[2]s", "kern  :warn  : [Sun Nov 22 19:22:50 2026] %[1]s"),
				"kmsg":    strings.ReplaceAll(log.print("4,1,1,-,caller=%[1]s;%[2]s\v", "4,1,1,-;%[1]s\v"), "\v", "\n SUBSYSTEM=pci"),
				"pstore":  inParts(strings.Split(strings.TrimSuffix(log.print("[    1.123456][%6[1]s] %[2]s", "[    1.123456] %[1]s"), "\n"), "\n"), 7),
				"logger":  strings.ReplaceAll("\n"+strings.TrimSuffix(console, "\n"), "\n", "\n[2026-11-22 19:22:50] "),
			} {
				if name == "pstore" {
					form = strings.ReplaceAll(form, "<4>[   12.345678] ", "<4>")
				}
				if got := essence(scan(t, []byte(form))); got != want {
					t.Errorf("%s:\n%swant\n%s", name, got, want)
				}
			}
		})
	}
}
