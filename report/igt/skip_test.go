// SPDX-License-Identifier: MIT

package igt

import (
	"strings"
	"testing"

	"github.com/fencebot/fencebot/qemu/wire"
)

func TestSkipReason(t *testing.T) {
	t.Parallel()
	const head = "Starting subtest: a\nTest requirement not met in function drm_open_driver, file ../lib/drmtest.c:694:\nTest requirement: !(fd<0)\n"
	tests := map[string]struct{ output, want string }{
		"a remark":      {head + "No known gpu found for chipset flags 0x4 (vkms)\nLast errno: 2, No such file or directory\nSubtest a: SKIP (0.000s)\n", "No known gpu found for chipset flags 0x4 (vkms)"},
		"none":          {head + "Subtest a: SKIP (0.000s)\n", "Test requirement: !(fd<0)"},
		"only an errno": {head + "Last errno: 2, No such file or directory\n", "Test requirement: !(fd<0)"},
		"an end":        {head, "Test requirement: !(fd<0)"},
		"another skip":  {"Subtest a: SKIP\n", ""},
		"one of ours":   {"Starting subtest: a\nTest requirement not met: no vkms here\nSubtest a: SKIP (0.0s)\n", "no vkms here"},
		"nothing":       {"", ""},
		"hostile":       {head + "\x1b[2J\xffno\n", "[2Jno"},
		"long":          {head + strings.Repeat("é", 200), strings.Repeat("é", 100)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := SkipReason(tt.output); got != tt.want {
				t.Errorf("SkipReason = %q; want %q", got, tt.want)
			}
		})
	}
}

func TestCommonSkip(t *testing.T) {
	t.Parallel()
	skip := func(why string) Case {
		return Case{Result: wire.Skip, Output: "Test requirement not met: " + why + "\n"}
	}
	tests := map[string]struct {
		cases         []Case
		want          string
		skipped, same int
	}{
		"none":          {nil, "", 0, 0},
		"no reason":     {[]Case{{Result: wire.Skip, Output: "SKIP\n"}}, "", 1, 0},
		"the most":      {[]Case{skip("a"), skip("b"), skip("b")}, "b", 3, 2},
		"the first":     {[]Case{skip("b"), skip("a")}, "b", 2, 1},
		"others passed": {[]Case{{Result: wire.Pass, Output: "Test requirement not met: x\n"}, skip("a")}, "a", 1, 1},
	}
	for name, tt := range tests {
		why, skipped, same := CommonSkip(tt.cases)
		if why != tt.want || skipped != tt.skipped || same != tt.same {
			t.Errorf("%s: %q, %d, %d; want %q, %d, %d", name, why, skipped, same, tt.want, tt.skipped, tt.same)
		}
	}
}

func TestSkipHint(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"No known gpu found for chipset flags 0x3fffff8f (any)": "use IGT 2.1",
		"No known gpu found for chipset flags 0x1 (intel)":      "no device",
		"Test requirement: has_prime_export(fd)":                "",
		"":                                                      "",
	}
	for reason, want := range tests {
		if got := SkipHint(reason); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("SkipHint(%q) = %q; want %q in it", reason, got, want)
		}
	}
}
