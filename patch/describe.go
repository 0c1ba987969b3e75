// SPDX-License-Identifier: MIT

package patch

import "github.com/fencebot/fencebot/mail"

// A Description is what was understood of some mails, for people and scripts to
// check. Absent ids are null, lists are never null.
type Description struct {
	Series []SeriesDescription `json:"series"`
	Others []OtherDescription  `json:"others"`
	Mails  []MailDescription   `json:"mails"`
}

// A SeriesDescription is one series. Message-IDs are without angle brackets.
type SeriesDescription struct {
	Version    int       `json:"version"`
	Total      int       `json:"total"`
	Cover      *string   `json:"cover"`    // Message-ID
	Patches    []*string `json:"patches"`  // Message-IDs in apply order; null for a file without one
	Subjects   []string  `json:"subjects"` // as mailed, in apply order
	Complete   bool      `json:"complete"`
	Missing    []int     `json:"missing,omitempty"`
	Damage     []string  `json:"damage,omitempty"` // why it cannot be applied although it is complete
	BaseCommit *string   `json:"base_commit"`
	ChangeID   *string   `json:"change_id"`
}

// An OtherDescription is a mail that is neither cover nor patch of a series.
type OtherDescription struct {
	MessageID *string `json:"message_id"`
	Subject   string  `json:"subject"`
	InReplyTo *string `json:"in_reply_to"`
}

// A MailDescription says what one mail is.
type MailDescription struct {
	MessageID *string  `json:"message_id"`
	Kind      Kind     `json:"kind"`
	PullURL   *string  `json:"pull_url"` // "URL branch" of a pull request
	Trailers  Trailing `json:"trailers"`
}

// Trailing holds the trailers of a patch. Picked and rejected ones come from the
// replies to it and are empty as long as nobody collects them.
type Trailing struct {
	Own      []string `json:"own"`
	Picked   []string `json:"picked"`
	Rejected []string `json:"rejected"`
}

// Describe assembles msgs and says what came out.
func Describe(msgs []*mail.Message) Description {
	t := Assemble(msgs)
	d := Description{Series: []SeriesDescription{}, Others: []OtherDescription{}, Mails: []MailDescription{}}
	for _, s := range t.Series {
		d.Series = append(d.Series, describeSeries(s))
	}
	for _, m := range t.Others {
		d.Others = append(d.Others, OtherDescription{MessageID: optional(m.ID), Subject: m.Subject, InReplyTo: optional(m.InReplyTo)})
	}
	for i, m := range msgs {
		md := MailDescription{MessageID: optional(m.ID), Kind: t.Kinds[i],
			Trailers: Trailing{Own: []string{}, Picked: []string{}, Rejected: []string{}}}
		switch md.Kind {
		case KindPullRequest:
			md.PullURL = optional(PullURL(m))
		case KindPatch:
			md.Trailers.Own = append(md.Trailers.Own, Trailers(FromMessage(m).CommitMessage())...)
		}
		d.Mails = append(d.Mails, md)
	}
	return d
}

func describeSeries(s Series) SeriesDescription {
	d := SeriesDescription{
		Version: s.Version, Total: s.Total, Complete: s.Complete(), Missing: s.Missing(),
		Patches: []*string{}, Subjects: []string{},
		BaseCommit: optional(s.BaseCommit), ChangeID: optional(s.ChangeID),
	}
	if s.Cover != nil {
		d.Cover = optional(s.Cover.ID)
	}
	for _, p := range s.Patches {
		d.Patches = append(d.Patches, optional(p.MessageID))
		d.Subjects = append(d.Subjects, p.Mail.Subject)
	}
	for _, e := range s.Damage {
		d.Damage = append(d.Damage, e.Error())
	}
	return d
}

// optional returns nil for the empty string.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
