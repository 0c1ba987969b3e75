// SPDX-License-Identifier: MIT

package contract_test

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

var update = flag.Bool("update", false, "write what Of says about the logs to testdata")

// first is the first report of a console log.
func first(t *testing.T, path string) lockdep.Splat {
	t.Helper()
	log, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	splats, err := lockdep.All(log, lockdep.Options{})
	if err != nil || len(splats) == 0 {
		t.Fatalf("%s: %d reports, %v; want at least 1", path, len(splats), err)
	}
	return splats[0]
}

// The folder that a log of a seeded kernel lies in is the rule that it breaks.
func TestOfLogs(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	logs, err := filepath.Glob("testdata/logs/*/*.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range logs {
		want := filepath.Base(filepath.Dir(path))
		found[want]++
		t.Run(strings.TrimPrefix(path, "testdata/logs/"), func(t *testing.T) {
			t.Parallel()
			s := first(t, path)
			if got := contract.Of(s).Name; got != want {
				t.Errorf("rule %s; want %s", got, want)
			}
		})
	}
	for _, r := range contract.Rules() {
		if found[r.Name] < 3 {
			t.Errorf("%s: %d logs; want at least 3", r.Name, found[r.Name])
		}
	}
}

// What people are told about each log, in one file to read.
func TestWordsOfLogs(t *testing.T) {
	t.Parallel()
	logs, err := filepath.Glob("testdata/logs/*/*.log")
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, path := range logs {
		r := contract.Of(first(t, path))
		all.WriteString("# " + strings.TrimPrefix(path, "testdata/logs/") + "\n" + r.Name + "\n" + r.Explanation + "\n" + r.Advice + "\n\n")
	}
	const golden = "testdata/words.golden"
	if *update {
		if err := os.WriteFile(golden, all.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(all.Bytes(), want) {
		t.Errorf("the words differ from %s; look at them with -update and git diff", golden)
	}
}

// The file names are the families of their first report. No fence is part of these
// logs: what looks like the contract in them is not.
func TestFamilies(t *testing.T) {
	t.Parallel()
	logs, err := filepath.Glob("testdata/families/*.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range logs {
		want := strings.TrimSuffix(filepath.Base(path), ".log")
		s := first(t, path)
		if string(s.Family) != want {
			t.Errorf("%s: family %s; want %s", path, s.Family, want)
		}
		rule := map[string]string{
			"recursive-locking":     contract.LockOrder,
			"nested-lock-not-taken": contract.LockOrder,
			"invalid-wait-context":  contract.SleepInAtomic,
		}[want]
		if got := contract.Of(s).Name; got != cmp.Or(rule, contract.None) {
			t.Errorf("%s: rule %s; want %s", path, got, cmp.Or(rule, contract.None))
		}
	}
}
