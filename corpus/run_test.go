// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary play fencebot: the tests call it by its own path.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "check" || os.Args[1] == "apply") {
		os.Exit(fakeFencebot(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeFencebot answers with what the mails say: "ANSWER json" and "EXIT n".
func fakeFencebot(args []string) int {
	mail, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	if args[0] == "apply" {
		fmt.Println(`{"tip":"c0ffee"}`)
		return 0
	}
	if strings.Contains(string(mail), "BASE") != slices.Contains(args, "c0ffee") {
		fmt.Fprintln(os.Stderr, "wrong base")
		return 3
	}
	exit := 0
	for l := range strings.Lines(string(mail)) {
		if text, ok := strings.CutPrefix(l, "ANSWER "); ok {
			at := slices.Index(args, "--json") + 1
			if err := os.WriteFile(args[at], []byte(text), 0o600); err != nil {
				return 3
			}
		}
		_, _ = fmt.Sscanf(l, "EXIT %d", &exit)
	}
	return exit
}

// cases writes a corpus.
func cases(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	found := "ANSWER " + `{"verdict":"findings","findings":[` + finding("warning", "none", 1) + `]}` + "\nEXIT 1\n"
	files := map[string]string{
		"01-clean/series.mbox": `ANSWER {"verdict":"pass"}`, "01-clean/expect.json": `{"verdict":"pass"}`,
		"02-bug/series.mbox": found, "02-bug/expect.json": `{"verdict":"splat","family":"warning","culprit_patch":1}`,
		"03-base/series.mbox": "BASE\nANSWER " + `{"verdict":"pass"}`, "03-base/expect.json": `{"verdict":"pass"}`,
		"03-base/base.mbox":     "a bug",
		"04-blamed/series.mbox": found, "04-blamed/expect.json": `{"verdict":"pass"}`,
		"05-silent/series.mbox": "EXIT 3\n", "05-silent/expect.json": `{"verdict":"splat","family":"warning","culprit_patch":1}`,
		"README.md": "no case",
	}
	for name, test := range map[string]struct {
		only []string
		exit int
		want []string // lines and rows of the table, without times
	}{
		"all right": {[]string{"01", "02", "03"}, 0, []string{
			"ok   01-clean: want pass [] got pass [] exit 0", "ok   02-bug: want findings [warning/none/1] got findings [warning/none/1] exit 1",
			"ok   03-base", "right answers      3 of 3", "detection          1 of 1 (100%)", "right rule         -", "false blame        0",
		}},
		"a clean series blamed": {[]string{"01", "04"}, 1, []string{"FAIL 04-blamed", "right answers      1 of 2", "false blame        1"}},
		"no answer":             {[]string{"01", "05"}, 3, []string{"FAIL 05-silent: read answer", "detection          0 of 1 (0%)", "no answer          1"}},
		"no such case":          {[]string{"77"}, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := append([]string{"--fencebot", self, "--tree", "t", "--dir", cases(t, files)}, test.only...)
			if exit := run(t.Context(), args, &out, &errs); exit != test.exit {
				t.Errorf("exit code %d, want %d; %s%s", exit, test.exit, &out, &errs)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, &out)
				}
			}
		})
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := cases(t, map[string]string{"01-x/series.mbox": "", "01-x/expect.json": `{"verdict":"pass"}`})
	var out bytes.Buffer
	if exit := run(ctx, []string{"--fencebot", "false", "--tree", "t", "--dir", dir}, &out, &out); exit != exitBroken {
		t.Errorf("exit code %d after a signal, want %d: %s", exit, exitBroken, &out)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for name, args := range map[string][]string{
		"no tree": {}, "unknown flag": {"--nonsense"}, "no corpus": {"--tree", "t", "--dir", "nowhere"},
	} {
		if exit := run(t.Context(), args, &out, &out); exit != exitUsage {
			t.Errorf("%s: exit code %d, want %d", name, exit, exitUsage)
		}
	}
}
