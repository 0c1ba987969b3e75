// SPDX-License-Identifier: MIT

package patch

import (
	"iter"
	"slices"
	"time"
)

// sameSending is how far apart two unthreaded mails of one series may be. Mails
// of one git send-email are seconds apart; people who send by hand take minutes.
const sameSending = 24 * time.Hour

// maxCandidates is how many groups are looked at for one mail. No thread has as
// many versions; more are mails that were made to look alike.
const maxCandidates = 200

// A grouper finds the group of each mail. Its indexes keep the work linear in
// the number of mails.
type grouper struct {
	groups []*group
	byID   map[string][]*group // groups by the ids that they own or refer to
	loose  map[key][]*group    // groups whose mails name no parent
}

func newGrouper() *grouper {
	return &grouper{byID: map[string][]*group{}, loose: map[key][]*group{}}
}

// add puts a posted mail into the group that it fits best, or into a new one.
func (g *grouper) add(it *item) {
	gr := g.find(it)
	if gr == nil {
		gr = &group{key: it.key(), patches: map[int]*item{}, ids: map[string]bool{}, own: map[string]bool{}, first: it}
		g.groups = append(g.groups, gr)
		g.loose[gr.key] = append(g.loose[gr.key], gr)
	}
	switch {
	case it.empty:
		gr.empties = append(gr.empties, it)
	case it.number() == 0:
		gr.cover = it
	default:
		gr.patches[it.number()] = it
	}
	gr.linked = gr.linked || len(it.links) > 0
	if it.msg.ID != "" {
		gr.own[it.msg.ID] = true
		g.index(gr, it.msg.ID)
	}
	for _, id := range it.links {
		g.index(gr, id)
	}
}

func (g *grouper) index(gr *group, id string) {
	if !gr.ids[id] {
		gr.ids[id] = true
		g.byID[id] = append(g.byID[id], gr)
	}
}

// find returns the group with the closest link to it, or nil: a mail of the
// group is the parent, is named at all, names this mail, or names the same
// third mail. Without any link, time and author decide.
func (g *grouper) find(it *item) *group {
	var best *group
	bestScore := 0
	look := func(id string, isParent bool) {
		for _, gr := range newest(g.byID[id]) {
			if gr.key != it.key() || !gr.takes(it) || (!it.sub.Counted && gr.author() != it.author()) {
				continue
			}
			score := 1
			switch {
			case isParent && gr.own[id]:
				score = 4
			case id == it.msg.ID:
				score = 3
			case gr.own[id]:
				score = 2
			}
			if score > bestScore {
				best, bestScore = gr, score
			}
		}
	}
	if it.msg.ID != "" {
		look(it.msg.ID, false)
	}
	for i, id := range it.links {
		look(id, i == 0 && id == it.msg.InReplyTo)
	}
	if best == nil && len(it.links) == 0 && it.sub.Counted {
		best = g.findLoose(it)
	}
	return best
}

// newest yields the last groups of a list, the newest first.
func newest(list []*group) iter.Seq2[int, *group] {
	return slices.Backward(list[max(0, len(list)-maxCandidates):])
}

func (gr *group) author() string { return gr.first.author() }

// findLoose returns the latest group without threading that it can belong to.
// Files of git format-patch have no Message-ID, carry the author of each commit
// in From and its age in Date: there, version and count must do.
func (g *grouper) findLoose(it *item) *group {
	for _, gr := range newest(g.loose[it.key()]) {
		if gr.linked || !gr.takes(it) || (gr.first.msg.ID == "") != (it.msg.ID == "") {
			continue
		}
		if it.msg.ID == "" {
			return gr
		}
		gap := it.msg.Date.Sub(gr.first.msg.Date).Abs()
		if gr.author() == it.author() && gap <= sameSending {
			return gr
		}
	}
	return nil
}

// joinUncounted makes one series of patches without numbers that were never
// mailed: the files of git format-patch -N, in the order in which they came.
func (g *grouper) joinUncounted(items []*item) {
	home := map[*item]*group{}
	for _, gr := range g.groups {
		if gr.cover == nil && len(gr.patches) == 1 {
			home[gr.patches[1]] = gr
		}
	}
	into := map[int]*group{} // by version
	for _, it := range items {
		gr := home[it]
		if gr == nil || it.sub.Counted || it.msg.ID != "" {
			continue
		}
		first := into[gr.key.version]
		if first == nil {
			into[gr.key.version] = gr
			continue
		}
		first.key.total++
		first.patches[first.key.total] = it
		g.groups = slices.DeleteFunc(g.groups, func(x *group) bool { return x == gr })
	}
}

// adoptCovers finds covers without a [PATCH 0/N]: the mail that starts the
// thread, written by the author of the patches, which all reply to it.
func (g *grouper) adoptCovers(items []*item) {
	byID := map[string]*item{}
	for _, it := range items {
		if it.kind == KindComment && !it.sub.Reply && !it.empty && it.msg.ID != "" && it.msg.InReplyTo == "" {
			byID[it.msg.ID] = it
		}
	}
	for _, gr := range g.groups {
		if gr.cover != nil || len(gr.patches) == 0 {
			continue
		}
		root := byID[gr.patches[gr.numbers()[0]].msg.InReplyTo]
		if root == nil || root.author() != gr.author() || root.kind == KindCover {
			continue
		}
		root.kind, gr.cover = KindCover, root
	}
}

// fillRerolls completes versions of which only some patches were sent again, as
// replies to the patches that they replace.
func (g *grouper) fillRerolls() {
	for _, gr := range g.groups {
		if gr.cover != nil || len(gr.patches) == 0 || len(gr.patches) >= gr.key.total {
			continue
		}
		old := g.replaced(gr)
		if old == nil {
			continue
		}
		for n, it := range old.patches {
			if gr.patches[n] == nil {
				gr.patches[n] = it
			}
		}
		gr.cover = old.cover
	}
}

// replaced returns the older version of which every patch of gr replaces its
// own number, or nil.
func (g *grouper) replaced(gr *group) *group {
	var old *group
	for n, it := range gr.patches {
		var found *group
		for _, c := range g.byID[it.msg.InReplyTo] {
			same := c.key.total == gr.key.total && c.author() == gr.author()
			older := c.key.version < gr.key.version || (c.key.version == gr.key.version && c.key.minor < gr.key.minor)
			if p := c.patches[n]; same && older && p != nil && p.msg.ID == it.msg.InReplyTo {
				found = c
			}
		}
		if found == nil || (old != nil && old != found) {
			return nil
		}
		old = found
	}
	return old
}
