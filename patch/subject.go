// SPDX-License-Identifier: MIT

package patch

import (
	"fmt"
	"strconv"
	"strings"
)

// A Subject is what the prefix of a subject line says about a patch. The zero
// Number with Counted set is a cover letter.
type Subject struct {
	Reply   bool   // "Re:" stands somewhere before the title
	Patch   bool   // the word PATCH is there, in any case or compound
	RFC     bool   // RFC or RFT
	Resend  bool   // RESEND or REPOST
	Version int    // the 5 of v5.1; 0 when none is given
	Minor   int    // the 1 of v5.1
	Counted bool   // n/N or "n of N" is there
	Number  int    // n; may exceed Total ("3/2" was seen)
	Total   int    // N, at least 1 when Counted
	Tags    string // other words in brackets, joined by blanks: trees, lists, topics
	Title   string // the rest, blanks collapsed: the subject of the commit
}

// maxCount bounds n, N and versions: four digits hold every real series.
const maxCount = 9999

// ParseSubject reads an unfolded, decoded subject line. It knows the shapes seen
// on kernel lists: [PATCH v2 1/3], [PATCHv3 1/2], [RFC][PATCH 2/3], [PATCH/RFC
// 0/3], [PATCH v6,19/24], [PATCH 2/3 v2], [CI 1/2], [v2 1/2], [PATCH 1 of 2],
// "[Patch 2/2]:" and list names in brackets before any of them. What comes off
// in front of the title is what git am takes off: every leading [...], "Re:",
// blank and colon.
func ParseSubject(s string) Subject {
	var sub Subject
	groups, reply, title := cutPrefix(s)
	sub.Reply = reply
	sub.Title = title
	var rest []string
	for _, g := range groups {
		for _, word := range strings.FieldsFunc(g, isSeparator) {
			if !sub.take(word) {
				rest = append(rest, word)
			}
		}
	}
	sub.Tags = strings.Join(sub.takeOf(rest), " ")
	return sub
}

func isSeparator(r rune) bool { return r == ',' || r == ' ' || (r >= '\t' && r <= '\r') }

// cutPrefix splits a subject the way cleanup_subject of git's mailinfo.c does.
func cutPrefix(s string) (groups []string, reply bool, title string) {
	for {
		s = strings.TrimLeft(s, " \t\n\v\f\r:")
		if len(s) > 3 && strings.EqualFold(s[:3], "re:") {
			reply, s = true, s[3:]
			continue
		}
		end := strings.IndexByte(s, ']')
		if s == "" || s[0] != '[' || end < 0 {
			return groups, reply, strings.Join(strings.FieldsFunc(s, isBlank), " ")
		}
		groups = append(groups, s[1:end])
		s = s[end+1:]
	}
}

// isBlank is isspace of C: a no-break space stays in a title, as in git.
func isBlank(r rune) bool { return r == ' ' || (r >= '\t' && r <= '\r') }

// take notes what word says and reports whether it said anything.
func (s *Subject) take(word string) bool {
	w := strings.TrimRight(word, ":;")
	if s.takeCount(w) || s.takeKeyword(w) {
		return true
	}
	// Compounds such as PATCH/RFC, RFC-PATCH or PATCH-v2 count when they hold a
	// keyword; drm/xe and net-next do not.
	parts := strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune("/-+|_", r) })
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if probe := (&Subject{}); !probe.takeKeyword(p) {
			return false
		}
	}
	for _, p := range parts {
		s.takeKeyword(p)
	}
	return true
}

// takeKeyword takes PATCH, RFC, RESEND and versions, alone or glued together as
// in PATCHv3.
func (s *Subject) takeKeyword(w string) bool {
	up := strings.ToUpper(w)
	switch up {
	case "PATCH", "PATCHES", "PATCHSET", "PATCHSETS":
		s.Patch = true
		return true
	case "RFC", "RFT":
		s.RFC = true
		return true
	case "RESEND", "RESENT", "REPOST":
		s.Resend = true
		return true
	}
	for _, key := range []string{"PATCHES", "PATCHSET", "PATCH", "RFC", "RFT", ""} {
		tail, ok := strings.CutPrefix(up, key)
		if major, minor, isVersion := parseVersion(tail); ok && isVersion {
			if s.Version == 0 {
				s.Version, s.Minor = major, minor
			}
			s.Patch = s.Patch || strings.HasPrefix(key, "PATCH")
			s.RFC = s.RFC || strings.HasPrefix(key, "RF")
			return true
		}
	}
	return false
}

// parseVersion reads V2 or V5.1 in upper case. V0 does not count: the first
// version is 1.
func parseVersion(w string) (major, minor int, ok bool) {
	w, ok = strings.CutPrefix(w, "V")
	if !ok {
		return 0, 0, false
	}
	a, b, dotted := strings.Cut(w, ".")
	major, ok = number(a)
	if dotted && ok {
		minor, ok = number(b)
	}
	return major, minor, ok && major > 0
}

// takeCount takes n/N.
func (s *Subject) takeCount(w string) bool {
	a, b, ok := strings.Cut(w, "/")
	n, okN := number(a)
	total, okT := number(b)
	if !ok || !okN || !okT || total == 0 {
		return false
	}
	s.count(n, total)
	return true
}

// takeOf takes "n of N" (Mercurial) out of words and returns the others. What
// meets when a counter has gone is looked at again, as the next reader would.
func (s *Subject) takeOf(words []string) []string {
	var rest []string
	for _, w := range words {
		rest = append(rest, w)
		i := len(rest) - 3
		if i < 0 || !strings.EqualFold(rest[i+1], "of") {
			continue
		}
		n, okN := number(rest[i])
		total, okT := number(strings.TrimRight(rest[i+2], ":;"))
		if okN && okT && total > 0 {
			s.count(n, total)
			rest = rest[:i]
		}
	}
	return rest
}

// count keeps the first counter: a second one is somebody's topic.
func (s *Subject) count(n, total int) {
	if !s.Counted {
		s.Counted, s.Number, s.Total = true, n, total
	}
}

// number reads one to four digits.
func number(w string) (int, bool) {
	if w == "" || len(w) > 4 || strings.Trim(w, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(w)
	return n, err == nil && n <= maxCount
}

// Claims reports whether the prefix says that this is a patch or a cover, with
// or without the word PATCH.
func (s Subject) Claims() bool {
	return s.Patch || s.Counted || s.RFC || s.Resend || s.Version > 0
}

// String returns the subject in the form that git format-patch writes:
// "Re: [PATCH RFC RESEND tags v2 01/10] title" without what is not there.
// ParseSubject reads it back to the same value.
func (s Subject) String() string {
	var words []string
	add := func(ok bool, w string) {
		if ok {
			words = append(words, w)
		}
	}
	add(s.Patch, "PATCH")
	add(s.RFC, "RFC")
	add(s.Resend, "RESEND")
	add(s.Tags != "", s.Tags)
	if s.Version > 0 {
		v := "v" + strconv.Itoa(s.Version)
		if s.Minor > 0 {
			v += "." + strconv.Itoa(s.Minor)
		}
		words = append(words, v)
	}
	if s.Counted {
		width := len(strconv.Itoa(s.Total))
		words = append(words, fmt.Sprintf("%0*d/%d", width, s.Number, s.Total))
	}
	out := s.Title
	if len(words) > 0 {
		out = strings.TrimRight("["+strings.Join(words, " ")+"] "+out, " ")
	}
	if s.Reply {
		out = "Re: " + out
	}
	return out
}
