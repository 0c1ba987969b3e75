// SPDX-License-Identifier: MIT

package hardware

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// An Origin says how what is checked came to this host. The zero value is a
// stranger: a list, a pull request, a timer, a report of somebody else's.
type Origin int

// Origins that may get a device.
const (
	Stranger Origin = iota
	File            // a mailed series that a user of this host names
	Range           // commits that a user of this host names
	Asked           // whatever it is, a user of this host said --vfio
)

// Refusal says in words why what is checked gets no device; "" means that it
// does. For a File everybody who wrote or sent a part of it must be on allow, a
// list of mail addresses. A sender's address is a claim that nothing here checks.
func Refusal(from Origin, s *patch.Series, allow []string) string {
	const ask = "say --vfio to pass it through all the same"
	switch from {
	case Asked, Range:
		return ""
	case File:
		if len(allow) == 0 {
			return "qemu.vfio_allow is empty; " + ask
		}
		for _, who := range people(s) {
			if !slices.ContainsFunc(allow, func(a string) bool { return strings.EqualFold(a, who) }) {
				return fmt.Sprintf("%q is not on qemu.vfio_allow; %s", who, ask)
			}
		}
		return ""
	}
	return "what comes from lists and pull requests gets none"
}

// people are the addresses of all authors and senders of a series; "" stands
// for somebody without one, and for a series without patches.
func people(s *patch.Series) []string {
	if s == nil || len(s.Patches) == 0 {
		return []string{""}
	}
	var all []string
	if s.Cover != nil {
		all = append(all, s.Cover.From.Addr)
	}
	for _, p := range s.Patches {
		all = append(all, p.Author.Addr)
		if p.Mail != nil {
			all = append(all, p.Mail.From.Addr)
		}
	}
	return all
}
