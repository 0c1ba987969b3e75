// SPDX-License-Identifier: MIT

package config

import "strings"

// pciAddress reports whether s is an address as lspci -D shows it:
// "0000:03:00.0", domain, bus, device and function.
func pciAddress(s string) bool {
	const form = "hhhh:hh:hh.o" // h: a hex digit in lower case, o: 0 to 7
	if len(s) != len(form) {
		return false
	}
	for i, want := range form {
		ok := false
		switch want {
		case 'h':
			ok = strings.Contains("0123456789abcdef", s[i:i+1])
		case 'o':
			ok = '0' <= s[i] && s[i] <= '7'
		default:
			ok = rune(s[i]) == want
		}
		if !ok {
			return false
		}
	}
	return true
}
