// SPDX-License-Identifier: MIT

package mail

import (
	netmail "net/mail"
	"strings"
)

// ParseAddress reads the first mailbox of a decoded From value by git's rules
// (handle_from in git's mailinfo.c) and not by RFC 5322: people write names that
// no strict parser takes, and the author of a commit must be the one that git am
// would record. The name falls back to the address when it is empty, longer
// than 60 bytes, or holds '@', '<' or '>'.
func ParseAddress(v string) Address {
	s := unquotePairs(strings.Join(strings.Fields(v), " "))
	at := strings.IndexByte(s, '@')
	if at < 0 {
		return bogusAddress(v)
	}
	start := strings.LastIndexAny(s[:at], " <") + 1
	end := at
	for end < len(s) && s[end] != ' ' && s[end] != '>' {
		end++
	}
	addr := s[start:end]
	if end < len(s) {
		end++ // the blank or the closing bracket
	}
	name := strings.TrimSuffix(s[:start], "<") + " " + s[end:]
	name = strings.Join(strings.Fields(name), " ")
	if len(name) > 1 && name[0] == '(' && name[len(name)-1] == ')' {
		name = name[1 : len(name)-1]
	}
	return Address{Name: saneName(name, addr), Addr: addr}
}

// bogusAddress reads "John Doe <johndoe>": a mailbox without a domain.
func bogusAddress(v string) Address {
	name, rest, ok := strings.Cut(v, "<")
	addr, _, closed := strings.Cut(rest, ">")
	if !ok || !closed {
		return Address{Name: strings.TrimSpace(v)}
	}
	return Address{Name: saneName(strings.TrimSpace(name), addr), Addr: addr}
}

func saneName(name, addr string) string {
	if name == "" || len(name) > 60 || strings.ContainsAny(name, "@<>") {
		return addr
	}
	return name
}

// unquotePairs takes the quotes off quoted strings and the backslashes off
// quoted pairs, in strings and in comments. The parentheses of comments stay.
func unquotePairs(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
			continue
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			depth--
		}
		b.WriteByte(c)
	}
	return b.String()
}

// parseAddresses reads recipient fields. A field that RFC 5322 does not allow is
// cut at its commas instead.
func parseAddresses(values []string) []Address {
	var out []Address
	for _, v := range values {
		if list, err := netmail.ParseAddressList(v); err == nil {
			for _, a := range list {
				out = append(out, Address{Name: a.Name, Addr: a.Address})
			}
			continue
		}
		for part := range strings.SplitSeq(v, ",") {
			if strings.Contains(part, "@") {
				out = append(out, ParseAddress(part))
			}
		}
	}
	return out
}
