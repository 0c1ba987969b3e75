// SPDX-License-Identifier: MIT

package igt

import (
	"strings"
	"testing"
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
