// SPDX-License-Identifier: MIT

package lockdep

import (
	"bytes"
	"strings"
)

// A subtest is the test that runs, by the lines which IGT writes to /dev/kmsg
// (lib/igt_core.c, log_to_kmsg and _igt_log_to_kmsg).
type subtest struct {
	binary, name string
}

// String is "kms_vblank@query-idle", "kms_vblank" outside subtests, "" outside tests.
func (t subtest) String() string {
	if t.name == "" {
		return t.binary
	}
	return t.binary + "@" + t.name
}

// note reads "[IGT] kms_vblank: starting subtest query-idle" and its kin. It says
// whether the line is one of them.
func (t *subtest) note(text []byte) bool {
	if len(text) < 6 || text[0] != '[' || !bytes.HasPrefix(text, []byte("[IGT] ")) {
		return false
	}
	binary, what, ok := strings.Cut(clean(text[6:]), ": ")
	if !ok || strings.ContainsAny(binary, " @") {
		return true
	}
	switch {
	case strings.HasPrefix(what, "executing"):
		*t = subtest{binary: binary}
	case strings.HasPrefix(what, "starting subtest "):
		*t = subtest{binary: binary, name: strings.TrimSpace(strings.TrimPrefix(what, "starting subtest "))}
	case strings.HasPrefix(what, "finished subtest "):
		name, _, _ := strings.Cut(strings.TrimPrefix(what, "finished subtest "), ",")
		if name == t.name { // not a dynamic subtest
			t.name = ""
		}
	case strings.HasPrefix(what, "exiting"):
		*t = subtest{}
	}
	return true
}
