// SPDX-License-Identifier: MIT

package igt

import (
	"strings"
	"unicode"

	"github.com/fencebot/fencebot/qemu/wire"
)

// maxReason is how many bytes of a reason are kept.
const maxReason = 200

// SkipReason returns why a test skipped, from its output: the remark below the
// requirement that was not met ("No known gpu found for chipset flags 0x4
// (vkms)"), or else the requirement itself, as __igt_skip_check() in
// lib/igt_core.c of IGT GPU Tools writes them. Our own tests say it in one line.
// It is "" when the output does not say, and at most 200 bytes that can be
// printed.
func SkipReason(output string) string {
	const ours = "Test requirement not met: "
	requirement := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, ours):
			return reason(line[len(ours):])
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

// CommonSkip returns the reason that most of the tests that skipped give, the
// first of them when several are as common, how many skipped in all, and how
// many of those for that reason. The reason is "" when none says why.
func CommonSkip(cases []Case) (why string, skipped, same int) {
	count := map[string]int{}
	for _, c := range cases {
		if c.Result != wire.Skip {
			continue
		}
		skipped++
		if r := SkipReason(c.Output); r != "" {
			if count[r]++; count[r] > same {
				why, same = r, count[r]
			}
		}
	}
	return why, skipped, same
}

// SkipHint says what to do about a reason that is known to have nothing to do
// with the kernel, or "".
func SkipHint(reason string) string {
	switch {
	case strings.HasPrefix(reason, "No known gpu found for chipset flags") && strings.Contains(reason, "(any)"):
		// DRIVER_ANY in lib/drmtest.h of IGT GPU Tools, 2.2 (September 2025) and later;
		// __drm_open_device() compares with it also when IGT_FORCE_DRIVER is set.
		return "IGT 2.2 and later do not count vkms, vgem and virtio_gpu as any device, and IGT_FORCE_DRIVER does not change that; use IGT 2.1"
	case strings.HasPrefix(reason, "No known gpu found for chipset flags"):
		return "the guest has no device that these tests are for"
	}
	return ""
}
