// SPDX-License-Identifier: MIT

package igt

import (
	"strings"
	"unicode"
)

// maxReason is how many bytes of a reason are kept.
const maxReason = 200

// SkipReason returns why a test skipped, from its output: the remark below the
// requirement that was not met ("No known gpu found for chipset flags 0x4
// (vkms)"), or else the requirement itself, as __igt_skip_check() in
// lib/igt_core.c of IGT GPU Tools writes them. It is "" when the output does
// not say, and at most 200 bytes that can be printed.
func SkipReason(output string) string {
	requirement := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "Test requirement: "):
			requirement = line
		case requirement == "":
		case line == "", strings.HasPrefix(line, "Last errno:"), marker(line).kind != noMarker:
			return reason(requirement)
		default:
			return reason(line)
		}
	}
	return reason(requirement)
}

func reason(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return clip(s, maxReason)
}
