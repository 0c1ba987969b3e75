// SPDX-License-Identifier: MIT

package lockdep

import "bytes"

// What a line may be by its first bytes.
const (
	reportWord uint8 = 1 << iota // the first line of a report
	stateWord                    // a line for watch.note
)

// otherHeads are the first bytes of reports that are not in plainStarts, without the
// dates that trimDate takes off.
var otherHeads = []string{"BUG", "INF", "WAR", "[ B", "[ I", "[ W", "[ch", "cha", "lis", "rcu", "wat", "NMI", "CPU"}

// A matcher tells the first line of a report from any other line. Nearly all lines of
// a log fail the test of their first three bytes.
type matcher struct {
	heads [256][]head
	plain [256][]start // plainStarts by first byte
}

// A head is the second and third byte of words that begin with the same byte.
type head struct {
	second, third byte
	words         uint8
}

func newMatcher() *matcher {
	m := &matcher{}
	for _, s := range plainStarts {
		m.plain[s.words[0]] = append(m.plain[s.words[0]], s)
		m.addHead(s.words, reportWord)
	}
	for _, s := range otherHeads {
		m.addHead(s, reportWord)
	}
	for _, s := range stateHeads {
		m.addHead(s, stateWord)
	}
	for _, s := range stateTexts {
		m.addHead(s.words, stateWord)
	}
	return m
}

func (m *matcher) addHead(s string, words uint8) {
	list := m.heads[s[0]]
	for i := range list {
		if list[i].second == s[1] && list[i].third == s[2] {
			list[i].words |= words
			return
		}
	}
	m.heads[s[0]] = append(list, head{s[1], s[2], words})
}

// words says what text can be.
func (m *matcher) words(text []byte) uint8 {
	for len(text) > 0 && text[0] == ' ' { // some consoles indent everything
		text = text[1:]
	}
	if len(text) < 6 {
		return 0
	}
	if isDigit(text[0]) && text[4] == '/' { // "2018/01/09 14:28:48 BUG: memory leak"
		return reportWord
	}
	for _, h := range m.heads[text[0]] {
		if text[1] == h.second && text[2] == h.third {
			return h.words
		}
	}
	return 0
}

// dull says that a line with an ordinary time stamp is neither the beginning of a
// report nor anything else that matters while no report is being read. It is a
// shortcut: without it, such a line has the same fate, more slowly.
func (m *matcher) dull(raw []byte) bool {
	i := stampLen(raw)
	if i == 0 {
		return false
	}
	i += callerLen(raw[i:])
	if i+1 >= len(raw) || raw[i] != ' ' {
		return false
	}
	text := raw[i+1:]
	if c := text[0]; c == '=' || c == '-' || m.words(text) != 0 {
		return false
	}
	if word := bytes.IndexByte(text, ' '); word >= 0 && bytes.HasPrefix(text[word+1:], []byte("kernel: ")) {
		return false // journalctl puts the host there
	}
	return bytes.IndexByte(text, '[') < 0 // another time stamp, perhaps
}
