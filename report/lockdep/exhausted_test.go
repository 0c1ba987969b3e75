// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestExhausted: what says that a table is full, and which option makes it
// larger. The words are those of Linux 6.12.
func TestExhausted(t *testing.T) {
	t.Parallel()
	warn := "------------[ cut here ]------------\n%s\nWARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:2118 print_bfs_bug+0x1/0x2\nCall Trace:\n fn+0x1/0x2\n"
	bug := "BUG: %s too low!\nturning off the locking correctness validator.\n"
	for name, tt := range map[string]struct {
		log       string
		exhausted bool
		remedy    string // begins with it
	}{
		"entries":       {fmt.Sprintf(bug, "MAX_LOCKDEP_ENTRIES"), true, "raise CONFIG_LOCKDEP_BITS"},
		"chains":        {fmt.Sprintf(bug, "MAX_LOCKDEP_CHAINS"), true, "raise CONFIG_LOCKDEP_CHAINS_BITS"},
		"held locks":    {fmt.Sprintf(bug, "MAX_LOCKDEP_CHAIN_HLOCKS"), true, "raise CONFIG_LOCKDEP_CHAINS_BITS"},
		"stacks":        {fmt.Sprintf(bug, "MAX_STACK_TRACE_ENTRIES"), true, "raise CONFIG_LOCKDEP_STACK_TRACE_BITS"},
		"keys":          {fmt.Sprintf(bug, "MAX_LOCKDEP_KEYS"), true, "no option"},
		"depth":         {fmt.Sprintf(bug, "MAX_LOCK_DEPTH"), true, "no option"},
		"a new table":   {fmt.Sprintf(bug, "MAX_LOCKDEP_WONDERS"), true, ""},
		"queue":         {fmt.Sprintf(warn, "lockdep bfs error:-1"), true, "raise CONFIG_LOCKDEP_CIRCULAR_QUEUE_BITS"},
		"another error": {fmt.Sprintf(warn, "lockdep bfs error:-2"), false, ""},
		"a real report": {fmt.Sprintf(circular, "vkms"), false, ""},
	} {
		got := scan(t, []byte(tt.log))
		if len(got) != 1 || got[0].Exhausted() != tt.exhausted || got[0].Raw != strings.TrimRight(tt.log, "\n") {
			t.Errorf("%s: %+v; want one whole report with Exhausted() = %v", name, got, tt.exhausted)
			continue
		}
		if r := got[0].Remedy(); !strings.HasPrefix(r, tt.remedy) || (r == "") != (tt.remedy == "") {
			t.Errorf("%s: Remedy() = %q; want %q", name, r, tt.remedy)
		}
	}
}
