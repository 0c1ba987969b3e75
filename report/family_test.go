// SPDX-License-Identifier: MIT

package report

import (
	"testing"

	"github.com/fencebot/fencebot/report/lockdep"
)

func TestFollows(t *testing.T) {
	t.Parallel()
	at := func(f lockdep.Family, function, test, task string) lockdep.Splat {
		return lockdep.Splat{Family: f, Function: function, Subtest: test, Task: task}
	}
	tests := map[string]struct {
		root, s lockdep.Splat
		want    bool
	}{
		"same place, other check":       {at("atomic-sleep", "f", "t", ""), at("invalid-wait-context", "f", "t", ""), true},
		"same place, other test":        {at("atomic-sleep", "f", "t", ""), at("invalid-wait-context", "f", "u", ""), false},
		"no place, same test":           {at("atomic-sleep", "", "t", ""), at("invalid-wait-context", "", "t", ""), false},
		"hang after lockdep":            {at("circular-dependency", "f", "t", ""), at("hung-task", "g", "t", ""), true},
		"hang after lockdep, next test": {at("circular-dependency", "f", "t", ""), at("hung-task", "g", "u", ""), true},
		"hang after a hang, next test":  {at("hung-task", "f", "t", ""), at(FamilyHang, "", "u", ""), true},
		"silence after an oops":         {at("null-deref", "f", "t", ""), at(FamilySilent, "", "u", ""), true},
		"hang after a warning":          {at("warning", "f", "t", ""), at("hung-task", "g", "t", ""), true},
		"hang, warning in another test": {at("warning", "f", "t", ""), at("hung-task", "g", "u", ""), false},
		"sleep after lockdep":           {at("inconsistent-lock-state", "f", "t", ""), at("atomic-sleep", "g", "t", ""), true},
		"sleep of the same task":        {at("bad-unlock-balance", "f", "t", "x/1"), at("atomic-sleep", "g", "u", "x/1"), true},
		"sleep of another task":         {at("bad-unlock-balance", "f", "t", "x/1"), at("atomic-sleep", "g", "u", "x/2"), false},
		"sleep of tasks without names":  {at("bad-unlock-balance", "f", "t", ""), at("atomic-sleep", "g", "u", ""), false},
		"oops after KASAN":              {at("kasan", "f", "t", ""), at("gpf", "g", "t", ""), true},
		"oops after KASAN, next test":   {at("kasan", "f", "t", ""), at("gpf", "g", "u", ""), false},
		"oops after lockdep":            {at("circular-dependency", "f", "t", ""), at("null-deref", "g", "t", ""), false},
		"panic after lockdep":           {at("circular-dependency", "f", "t", ""), at("panic", "", "t", ""), true},
		"lockdep after a sleep":         {at("atomic-sleep", "f", "t", ""), at("circular-dependency", "g", "t", ""), false},
		"lockdep after a warning":       {at("warning", "f", "t", ""), at("circular-dependency", "g", "t", ""), false},
		"warning after lockdep":         {at("circular-dependency", "f", "t", ""), at("warning", "g", "t", ""), false},
		"between two tests":             {at("circular-dependency", "f", "t", ""), at("atomic-sleep", "g", "", ""), true},
		"test after the boot":           {at("warning", "f", "", ""), at("atomic-sleep", "g", "t", ""), false},
	}
	for name, tt := range tests {
		if got := follows(tt.root, tt.s); got != tt.want {
			t.Errorf("%s: follows = %v; want %v", name, got, tt.want)
		}
	}
}

func TestGroupOf(t *testing.T) {
	t.Parallel()
	tests := map[lockdep.Family]group{
		FamilyHang: stalls, FamilySilent: stalls, lockdep.RCUStall: stalls,
		lockdep.AtomicSleep: sleeps, lockdep.PreemptID: sleeps,
		lockdep.Panic: crashes, lockdep.KASAN: crashes, lockdep.NullDereference: crashes,
		lockdep.CircularDependency: locking, lockdep.WorkqueueLeak: locking, lockdep.SuspiciousRCU: locking,
		lockdep.Warning: other, FamilyBuild: other, "": other,
	}
	for f, want := range tests {
		if got := groupOf(f); got != want {
			t.Errorf("groupOf(%q) = %d; want %d", f, got, want)
		}
	}
}

func TestExhausted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		s    lockdep.Splat
		want bool
	}{
		"limit":       {lockdep.Splat{Family: lockdep.LockdepLimit}, true},
		"bfs error":   {lockdep.Splat{Family: lockdep.LockdepInternal, Raw: "WARNING: x\nlockdep bfs error:-1\n"}, true},
		"internal":    {lockdep.Splat{Family: lockdep.LockdepInternal, Raw: "DEBUG_LOCKS_WARN_ON(1)"}, false},
		"a real find": {lockdep.Splat{Family: lockdep.CircularDependency}, false},
	}
	for name, tt := range tests {
		if got := exhausted(tt.s); got != tt.want {
			t.Errorf("%s: exhausted = %v; want %v", name, got, tt.want)
		}
	}
}
