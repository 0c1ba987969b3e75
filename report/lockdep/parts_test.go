// SPDX-License-Identifier: MIT

package lockdep

import "testing"

func TestParseLock(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Lock{
		"ffffffff81cedc00 (fs_reclaim){+.+.}-{0:0}, at: fn.isra.0+0x43/0x83":               {Class: "fs_reclaim", Name: "fs_reclaim", Usage: "+.+.", WaitType: "0:0", Function: "fn"},
		"ff11 (&vkms_out->lock){?.+.}-{2:2}, at: vkms_x+0x5b/0x145":                        {Class: "&vkms_out->lock", Name: "&vkms_out->lock", Usage: "?.+.", WaitType: "2:2", Function: "vkms_x"},
		" (&(&r->consumer_lock)->rlock){+.+...}, at: [<ffffffff82de6c86>] fn+0xe6/0x210":   {Class: "&(&r->consumer_lock)->rlock", Name: "&(&r->consumer_lock)->rlock", Usage: "+.+...", Function: "fn"},
		"-> #2 ((wq_completion)wg-kex#8){+.+.}:":                                           {Class: "(wq_completion)wg-kex", Name: "(wq_completion)wg-kex#8", Usage: "+.+."},
		"ff ((work_completion)(&x->work)){+.+.}-{0:0}, at: process_one_work+0x1/0x2":       {Class: "(work_completion)(&x->work)", Name: "(work_completion)(&x->work)", Usage: "+.+.", WaitType: "0:0", Function: "process_one_work"},
		"(&sb->s_type->i_mutex_key#14/4){+.+.}-{3:3}, at: fn+0x1/0x2":                      {Class: "&sb->s_type->i_mutex_key/4", Name: "&sb->s_type->i_mutex_key#14/4", Usage: "+.+.", WaitType: "3:3", Function: "fn"},
		"(per_cpu_ptr(&cgroup_rstat_cpu_lock, cpu)){-...}-{2:2}":                           {Class: "per_cpu_ptr(&cgroup_rstat_cpu_lock, cpu)", Name: "per_cpu_ptr(&cgroup_rstat_cpu_lock, cpu)", Usage: "-...", WaitType: "2:2"},
		"torn->lock){?.+.}-{2:2}, at: fn+0x1/0x2":                                          {Class: "torn->lock", Name: "torn->lock", Usage: "?.+.", WaitType: "2:2", Function: "fn"},
		"ff (&ws->lock#2){+.+.}-{3:3}, at: __pm_stay_awake+0x1/0x2 drivers/base/power.c:3": {Class: "&ws->lock", Name: "&ws->lock#2", Usage: "+.+.", WaitType: "3:3", Function: "__pm_stay_awake"},
		"ff (bcachefs_btree/1 l=0 extents:1:2:3){+.+.}-{3:3}, at: fn+0x1/0x2":              {Class: "bcachefs_btree/1", Name: "bcachefs_btree/1 l=0 extents:1:2:3", Usage: "+.+.", WaitType: "3:3", Function: "fn"},
	} {
		got, rest, ok := parseLock(line)
		if at, _ := placeOf(rest); at.Function != got.Function || got.Function != "" && at.Offset == "" {
			t.Errorf("parseLock(%q): %q is taken at %+v", line, got.Function, at)
		}
		if !ok || got != want {
			t.Errorf("parseLock(%q) = %+v, %v; want %+v", line, got, ok, want)
		}
	}
	for _, line := range []string{"", "fn(){return}", "(a){", "(a){xyzw}", "(){+.+.}", "inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage."} {
		if got, _, ok := parseLock(line); ok {
			t.Errorf("parseLock(%q) = %+v; want none", line, got)
		}
	}
}

func TestParseFrame(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Frame{
		" fn+0x38/0x4d":                                {Function: "fn", Offset: "0x38/0x4d", Reliable: true},
		"  ? fn.cold+0x38/0x4d":                        {Function: "fn", Offset: "0x38/0x4d", Reliable: false},
		" fn+0x38/0x4d [vkms]":                         {Function: "fn", Offset: "0x38/0x4d", Reliable: true},
		" fn+0x1/0x2 net/a.c:12":                       {Function: "fn", File: "net/a.c", Line: 12, Offset: "0x1/0x2", Reliable: true},
		" fn net/a.c:12 [inline]":                      {Function: "fn", File: "net/a.c", Line: 12, Reliable: true, Inlined: true},
		" [<ffffffff81d90469>] ? fn.isra.8+0xc1/0x128": {Function: "fn", Offset: "0xc1/0x128", Reliable: false},
		"[c000000049a87780] [c000000001385b4c] __schedule+0x3cc/0xed0":      {Function: "__schedule", Offset: "0x3cc/0xed0", Reliable: true},
		"[c000000049a87780] [c000000001385b4c] fn+0x3cc/0xed0 (unreliable)": {Function: "fn", Offset: "0x3cc/0xed0", Reliable: false},
		"[<80165504>] (fn) from [<8163f8d8>] (caller+0x170/0x2a4)":          {Function: "fn", Reliable: true},
		" fn (net/a.c:12)": {Function: "fn", File: "net/a.c", Line: 12, Reliable: true},
		" ? fn.cold (net/b.h:3 net/a.c:12 (discriminator 2)) drm": {Function: "fn", File: "net/a.c", Line: 12},
		" fn from caller+0x170/0x2a4":                             {Function: "fn", Reliable: true},
	} {
		if got, ok := parseFrame(line); !ok || got != want {
			t.Errorf("parseFrame(%q) = %+v, %v; want %+v", line, got, ok, want)
		}
	}
	for _, line := range []string{"", "a", "CPU: 0 PID: 1", "1+1/2", "a+b", "fn+0x1", "[IGT] a: executing", "[....] starting", "? ", "lock(&x);", "Hello World", "fn (a)", "fn (a.c)", "a b (net/a.c:12)", "(net/a.c:12)", "ff00000000000001 (&x->lock){+.+.}-{3:3}, at: fn (net/a.c:12)"} {
		if got, ok := parseFrame(line); ok {
			t.Errorf("parseFrame(%q) = %+v; want none", line, got)
		}
	}
}

func TestSubtest(t *testing.T) {
	t.Parallel()
	var now subtest
	for _, step := range []struct{ line, want string }{
		{"[IGT] kms_vblank: executing", "kms_vblank"},
		{"[IGT] kms_vblank: starting subtest query-idle", "kms_vblank@query-idle"},
		{"[IGT] kms_vblank: starting dynamic subtest pipe-A", "kms_vblank@query-idle"},
		{"[IGT] kms_vblank: finished subtest pipe-A, SUCCESS", "kms_vblank@query-idle"},
		{"drm: something else", "kms_vblank@query-idle"},
		{"[IGT] kms_vblank: finished subtest query-idle, SUCCESS", "kms_vblank"},
		{"[IGT] kms_vblank: exiting, ret=0", ""},
		{"[IGT] no colon", ""},
	} {
		now.note([]byte(step.line))
		if now.String() != step.want {
			t.Errorf("after %q: %q; want %q", step.line, now, step.want)
		}
	}
}
