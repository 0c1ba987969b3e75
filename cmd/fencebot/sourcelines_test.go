// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// A splat whose frames are functions of the little kernel that package
// symbolize is tested with.
const seedLog = `[    1.000000] BUG: sleeping function called from invalid context at mm/slab.h:1
[    1.000001] Call Trace:
[    1.000002]  <TASK>
[    1.000003]  dump_stack_lvl+0x5d/0x80
[    1.000004]  outer+0x10/0x17
[    1.000005]  nowhere+0x10/0x20
[    1.000006]  </TASK>
`

func TestLockdepNamesSourceLines(t *testing.T) {
	t.Parallel()
	const vmlinux = "../../internal/symbolize/testdata/seed.elf"
	for _, args := range [][]string{{"--json"}, {"--json", "-", "-"}} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"lockdep", "--vmlinux", vmlinux}, args...), strings.NewReader(seedLog), &out, &errs)
		if code != exitFound || !strings.Contains(out.String(), `"function":"outer","file":`) {
			t.Errorf("%v: code %d, %s\n%s", args, code, &errs, &out)
		}
	}
}

func TestLockdepSaysWhatIsWrongWithAVmlinux(t *testing.T) {
	t.Parallel()
	for vmlinux, want := range map[string]string{
		"none":       "--vmlinux none: stat none: no such file",
		"go.mod":     "--vmlinux",
		"main.go":    "--vmlinux main.go: ",
		"../../docs": "--vmlinux ../../docs: ",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"lockdep", "--vmlinux", vmlinux}, strings.NewReader(seedLog), &out, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: code %d, %s; want %d and %q", vmlinux, code, &errs, exitUsage, want)
		}
	}
}

// Reports beyond the limit are printed without lines, in order.
func TestLockdepLinesAreLimited(t *testing.T) {
	t.Parallel()
	var log, out, errs bytes.Buffer
	for i := range maxLined + 5 {
		log.WriteString(strings.ReplaceAll(seedLog, "nowhere", fmt.Sprintf("fn%d", i)))
		log.WriteString("[    2.000000] Linux version 6.12.0\n")
	}
	code := run(t.Context(), []string{"lockdep", "--json", "--vmlinux", "../../internal/symbolize/testdata/seed.elf"}, &log, &out, &errs)
	if n := strings.Count(out.String(), `"family":`); code != exitFound || n != maxLined+5 {
		t.Errorf("code %d, %d reports; want %d: %s", code, n, maxLined+5, &errs)
	}
}
