// SPDX-License-Identifier: MIT

package patch

import (
	"strings"

	"github.com/fencebot/fencebot/mail"
)

// A Kind says what one mail of a thread is.
type Kind string

// The kinds of mails. Everything that is none of the first three is a comment:
// replies, bug reports, mails of bots.
const (
	KindPatch       Kind = "patch"
	KindCover       Kind = "cover"
	KindPullRequest Kind = "pull-request"
	KindComment     Kind = "comment"
)

// kindOf tells what m is from m alone. A root mail without any prefix can still
// turn out to be the cover of what follows: only Assemble sees that.
func kindOf(m *mail.Message, s Subject) Kind {
	switch {
	case !s.Reply && PullURL(m) != "":
		return KindPullRequest
	case s.Reply:
		return KindComment // its diff, if any, is a proposal and not a posting
	case s.Counted && s.Number == 0:
		return KindCover
	case hasDiff(m.Raw):
		return KindPatch
	}
	return KindComment
}

// PullURL returns "URL branch" of a pull request as git request-pull writes it,
// or "". The branch may stand on the line below a long URL.
func PullURL(m *mail.Message) string {
	_, text, ok := cutLine(m.Body, func(l string) bool {
		return strings.HasPrefix(l, "The following changes since commit ")
	})
	if !ok {
		return ""
	}
	_, text, ok = cutLine(text, func(l string) bool {
		l = strings.ToLower(l)
		return strings.HasPrefix(l, "are available in the ") && strings.HasSuffix(l, "repository at:")
	})
	if !ok {
		return ""
	}
	line, after := nextText(text)
	f := strings.Fields(line)
	if len(f) == 0 || len(f) > 2 || !isRepoURL(f[0]) {
		return ""
	}
	if len(f) == 1 {
		if ref := strings.Fields(firstLine(after)); len(ref) == 1 {
			f = append(f, ref[0])
		}
	}
	return strings.Join(f, " ")
}

// cutLine returns the text before and after the first line that ok takes; the
// line is shown to ok without blanks at its ends.
func cutLine(text string, ok func(string) bool) (before, after string, found bool) {
	pos := 0
	for line := range strings.Lines(text) {
		end := pos + len(line)
		if ok(strings.TrimSpace(line)) {
			return text[:pos], text[end:], true
		}
		pos = end
	}
	return text, "", false
}

// nextText returns the first line that is not blank, and what follows it.
func nextText(text string) (line, after string) {
	_, after, _ = cutLine(text, func(l string) bool {
		line = l
		return l != ""
	})
	return line, after
}

// isRepoURL reports whether s is a URL that git can fetch over the network.
func isRepoURL(s string) bool {
	for _, scheme := range []string{"git://", "https://", "http://", "ssh://", "git+ssh://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok && rest != "" && len(s) < 1000 {
			return true
		}
	}
	return false
}
