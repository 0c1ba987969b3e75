// SPDX-License-Identifier: MIT

package qemu

import (
	"strings"
	"testing"
	"time"
)

func TestDeadlines(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	for name, tc := range map[string]struct {
		set  map[limit]time.Duration
		want limit
		at   time.Duration
	}{
		"none":           {nil, noLimit, 0},
		"first wins":     {map[limit]time.Duration{bootLimit: 5, silenceLimit: 3, runLimit: 9}, silenceLimit, 3},
		"zero is never":  {map[limit]time.Duration{bootLimit: 0, runLimit: 9}, runLimit, 9},
		"order on equal": {map[limit]time.Duration{silenceLimit: 3, testLimit: 3, endLimit: 3}, endLimit, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var ds deadlines
			for l, d := range tc.set {
				ds.set(l, now, d)
			}
			got, at := ds.next()
			if got != tc.want || got != noLimit && at != now.Add(tc.at) {
				t.Errorf("next = %v, %v; want %v, %v", got, at, tc.want, now.Add(tc.at))
			}
			ds.clear(tc.want)
			if again, _ := ds.next(); tc.want != noLimit && again == tc.want {
				t.Errorf("next after clear = %v again", again)
			}
		})
	}
}

func TestOptionsDefaults(t *testing.T) {
	t.Parallel()
	o := Options{}.withDefaults()
	err := o.validate()
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("validate of nothing = %v; want the three things that must be set", err)
	}
	o.Kernel, o.RootImage, o.ConsolePath = "k", "r", "c"
	if err := o.validate(); err != nil {
		t.Errorf("validate = %v; want defaults that hold", err)
	}
	o.Accel, o.MemMiB, o.Grace, o.ConsoleLimit = "xen", 1, -1, -1
	for _, want := range []string{"xen", "1 MiB", "grace", "console limit"} {
		if err := o.validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("validate = %v; want %q in it", err, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\r\nb\n":     "a; b",
		"\x1b[31mred":  "?[31mred",
		"ünïcode":      "?n?code",
		"0123456789ab": "0123456789",
	} {
		if got := oneLine(in, 10); got != want {
			t.Errorf("oneLine(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	w := &tail{limit: 8}
	for _, s := range []string{"abc", "defghijklmnop", "qr"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q) = %d, %v", s, n, err)
		}
	}
	if got := w.String(); got != "klmnopqr" {
		t.Errorf("tail is %q; want the last 8 bytes", got)
	}
}
