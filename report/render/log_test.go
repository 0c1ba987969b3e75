// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// sampleLog is a log with one report twice and a hostile one.
func sampleLog(t testing.TB) Log {
	t.Helper()
	l := Log{Lockdep: lockdep.State{Reason: "line 12: it reported a deadlock"}, Program: "v0.1.0"}
	for range 2 {
		l.Add(NewLogFinding(circular(t), "console.log"))
	}
	l.Add(NewLogFinding(lockdep.Splat{Family: "warning", Title: evil, Function: evil, At: evil, Task: evil, CPU: evil, Kernel: evil, Taint: evil, Subtest: evil, Signature: "evil", Raw: evil, Corrupted: true}, evil))
	return l
}

func TestLogGolden(t *testing.T) {
	t.Parallel()
	l := sampleLog(t)
	var page, text bytes.Buffer
	if err := LogHTML(&page, l); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/golden/log.html", page.Bytes())
	for _, f := range l.Findings {
		if err := LogText(&text, f, TextOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := LogEnd(&text, l, 1); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/golden/log.txt", text.Bytes())
	if strings.Contains(page.String(), "<script") {
		t.Error("the page has markup of a stranger in it")
	}
	for _, bad := range []string{"\x1b", "\u202e", "\r"} {
		if strings.Contains(page.String()+text.String(), bad) {
			t.Errorf("%q of a stranger got through", bad)
		}
	}
}

func TestLogAdd(t *testing.T) {
	t.Parallel()
	var l Log
	for i := range MaxLogFindings + 3 {
		l.Add(LogFinding{Splat: lockdep.Splat{Signature: fmt.Sprint(i)}})
	}
	l.Add(LogFinding{Splat: lockdep.Splat{Signature: "0"}})
	if len(l.Findings) != MaxLogFindings || l.LeftOut != 3 || l.Findings[0].Again != 1 {
		t.Errorf("%d findings, %d left out, the first %d times again", len(l.Findings), l.LeftOut, l.Findings[0].Again)
	}
}

func TestLogOfNothing(t *testing.T) {
	t.Parallel()
	var text, page bytes.Buffer
	l := Log{Lockdep: lockdep.State{Alive: true}}
	if err := LogEnd(&text, l, 0); err != nil || text.String() != "The kernel reports nothing.\n" {
		t.Errorf("%q, %v", text.String(), err)
	}
	if err := LogHTML(&page, l); err != nil || !strings.Contains(page.String(), "The kernel reports nothing") {
		t.Errorf("%s, %v", page.String(), err)
	}
}

func TestLogJSON(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		var b bytes.Buffer
		j := NewLogJSON(&b)
		for range n {
			if err := j.Add(NewLogFinding(circular(t), "x.log")); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(lockdep.State{Alive: true}); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Findings []struct {
				Family   lockdep.Family
				Held     []struct{ Class, Name, Function, Task string }
				Contract contract.Rule
			}
			Lockdep *lockdep.State
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%d reports: %v in\n%s", n, err, b.String())
		}
		if len(got.Findings) != n || got.Findings == nil || got.Lockdep == nil || !got.Lockdep.Alive {
			t.Errorf("%d reports: %+v", n, got)
		}
	}
}
