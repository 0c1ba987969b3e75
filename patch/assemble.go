// SPDX-License-Identifier: MIT

package patch

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/mail"
)

// Threads is what Assemble makes of a pile of mails.
type Threads struct {
	Series []Series        // by date, then by version
	Others []*mail.Message // neither cover nor patch of a series, in order of arrival
	Kinds  []Kind          // of every mail that was passed, in the same order
}

// Assemble sorts mails into series. Mails belong together when version and count
// agree and they are linked: by In-Reply-To and References, or, where a mailer
// left those out, by author and time. A number that a series has already starts
// another one, so that versions and resends do not mix. Order of arrival does
// not matter. A patch that replies to the same number of an older version
// replaces only that one: the new version takes the rest from the old.
//
// It never fails: what fits nowhere is in Others, what is broken in
// Series.Damage, what is missing in Series.Missing.
func Assemble(msgs []*mail.Message) Threads {
	items := make([]*item, len(msgs))
	for i, m := range msgs {
		items[i] = newItem(m, i)
	}
	g := newGrouper()
	order := slices.Clone(items)
	slices.SortStableFunc(order, func(a, b *item) int { return a.msg.Date.Compare(b.msg.Date) })
	for _, it := range order {
		if it.posted() {
			g.add(it)
		}
	}
	g.joinUncounted(items)
	g.adoptCovers(items)
	g.fillRerolls()

	t := Threads{Kinds: make([]Kind, len(items))}
	used := map[*item]bool{}
	for _, gr := range g.groups {
		if len(gr.patches) == 0 && gr.cover == nil {
			continue // only mails that lost their diff: reported below
		}
		t.Series = append(t.Series, gr.series())
		for _, it := range gr.members() {
			used[it] = true
		}
	}
	slices.SortStableFunc(t.Series, func(a, b Series) int {
		return cmp.Or(a.Date().Compare(b.Date()), cmp.Compare(a.Version, b.Version))
	})
	for i, it := range items {
		t.Kinds[i] = it.kind
		if !used[it] {
			t.Others = append(t.Others, it.msg)
		}
	}
	return t
}

// An item is a mail with what its subject and text say.
type item struct {
	msg   *mail.Message
	pos   int // in order of arrival
	sub   Subject
	kind  Kind
	links []string // ids that the mail names, the parent first
	empty bool     // the subject says patch, but there is no diff and nobody is quoted
}

func newItem(m *mail.Message, pos int) *item {
	it := &item{msg: m, pos: pos, sub: ParseSubject(m.Subject)}
	it.kind = kindOf(m, it.sub)
	if m.InReplyTo != "" {
		it.links = append(it.links, m.InReplyTo)
	}
	for _, id := range slices.Backward(m.References) {
		if id != m.InReplyTo {
			it.links = append(it.links, id)
		}
	}
	// A review that kept the subject without "Re:" quotes something.
	it.empty = it.kind == KindComment && !it.sub.Reply && it.sub.Counted && !quotes(m.Body)
	return it
}

// posted reports whether the mail is part of some series.
func (it *item) posted() bool {
	return it.kind == KindPatch || it.kind == KindCover || it.empty
}

func quotes(body string) bool {
	return strings.HasPrefix(body, ">") || strings.Contains(body, "\n>")
}

// A key is what all mails of one series have in common.
type key struct {
	version, minor, total int
	resend                bool
}

func (it *item) key() key {
	return key{max(it.sub.Version, 1), it.sub.Minor, max(it.sub.Total, 1), it.sub.Resend}
}

// number is the slot in the series: 0 is the cover, 1 also an uncounted patch.
func (it *item) number() int {
	if it.sub.Counted {
		return it.sub.Number
	}
	return 1
}

func (it *item) author() string { return strings.ToLower(it.msg.From.Addr) }

// A group is a series in the making.
type group struct {
	key     key
	cover   *item
	patches map[int]*item
	empties []*item
	ids     map[string]bool // own ids, and ids that its mails refer to
	own     map[string]bool // own ids alone
	linked  bool            // some mail of it names a parent
	first   *item           // by date
}

// takes reports whether the slot of it is free.
func (gr *group) takes(it *item) bool {
	if it.number() == 0 {
		return gr.cover == nil
	}
	return gr.patches[it.number()] == nil
}

// members returns the mails of the group that are in its series.
func (gr *group) members() []*item {
	var out []*item
	if gr.cover != nil {
		out = append(out, gr.cover)
	}
	for _, it := range gr.patches {
		out = append(out, it)
	}
	return out
}

// numbers returns the numbers that are taken, in order.
func (gr *group) numbers() []int { return slices.Sorted(maps.Keys(gr.patches)) }

// series turns the group into its final form.
func (gr *group) series() Series {
	s := Series{Version: gr.key.version, Total: gr.key.total}
	var hints []string
	if gr.cover != nil {
		s.Cover, s.Title = gr.cover.msg, gr.cover.sub.Title
		hints = append(hints, s.Cover.Body)
	}
	for _, n := range gr.numbers() {
		it := gr.patches[n]
		p := FromMessage(it.msg)
		p.Number = n
		s.Title = cmp.Or(s.Title, p.Subject)
		s.Patches = append(s.Patches, p)
		hints = append(hints, it.msg.Body)
		if d := checkMail(it.msg, p); d != nil {
			s.Damage = append(s.Damage, d)
		}
	}
	for _, it := range gr.empties {
		if gr.patches[it.number()] == nil {
			p := FromMessage(it.msg)
			s.Damage = append(s.Damage, checkMail(it.msg, p))
		}
	}
	for _, text := range hints {
		s.BaseCommit = cmp.Or(s.BaseCommit, baseHint(text))
		s.ChangeID = cmp.Or(s.ChangeID, changeHint(text))
	}
	return s
}
