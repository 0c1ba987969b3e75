// SPDX-License-Identifier: MIT

package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/kernelbuild"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
)

// report puts together what the stages left behind.
func (k *check) report() report.Report {
	rep := report.Report{
		Fencebot: report.NewFormat(k.opts.Program),
		Verdict:  report.Compare(k.ev),
		Series:   k.series(),
		Base:     report.Base{Tree: k.req.Tree, Commit: k.req.Base, Why: k.req.BaseWhy},
		Date:     time.Now().UTC(),
		Times:    k.times,
	}
	k.src.mark(rep.Findings)
	nameOverlays(rep.Findings)
	rep.Static = beside(rep.Static, rep.Findings)
	if rep.Word == report.InfraError {
		rep.Error = rep.Reason
	}
	rep.Notes = append(rep.Notes, slices.Concat(k.req.Notes, k.notes)...)
	k.expected(rep.Cases)
	for _, d := range k.rng.Dropped {
		what := "overlay"
		if !k.req.annotates(d.Overlay) {
			what = "test driver"
		}
		rep.Notes = append(rep.Notes, fmt.Sprintf("%s %q was left out: %s", what, d.Title, d.Why))
	}
	rep.Reproduce = k.reproduce()
	return rep
}

// series says what was tested, from the mails or from the range.
func (k *check) series() report.Series {
	if k.req.Range != nil {
		return rangeSeries(*k.req.Range)
	}
	s := k.req.Series
	out := report.Series{Title: s.Title, Version: s.Version, Total: s.Total}
	top := s.Cover
	if top != nil {
		out.Subject, out.MessageID, out.Refs = top.Subject, top.ID, top.References
		out.Author, out.Cc = address(top.From), addresses(top.To, top.Cc)
		if !top.Date.IsZero() {
			out.Date = top.Date.Format(time.RFC1123Z)
		}
	} else if len(s.Patches) > 0 {
		p := s.Patches[0]
		out.Subject, out.MessageID, out.Author = patch.Prefix(*s, p.Number)+" "+p.Subject, p.MessageID, address(p.Author)
		if !p.Date.IsZero() {
			out.Date = p.Date.Format(time.RFC1123Z)
		}
	}
	for _, p := range s.Patches {
		out.Patches = append(out.Patches, report.Patch{Number: p.Number, Subject: p.Subject, MessageID: p.MessageID})
	}
	place(out.Patches, k.rng.Range)
	return out
}

func rangeSeries(rng gittree.Range) report.Series {
	out := report.Series{Version: 1, Total: len(rng.Commits)}
	for _, c := range rng.Commits {
		out.Patches = append(out.Patches, report.Patch{Number: c.Patch, Subject: c.Subject, Commit: c.ID})
	}
	if n := len(rng.Commits); n > 0 {
		out.Title = rng.Commits[n-1].Subject
	}
	return out
}

// place notes which commit each patch became, or why it became none.
func place(patches []report.Patch, rng gittree.Range) {
	for i := range patches {
		for _, c := range rng.Commits {
			if c.Patch == patches[i].Number {
				patches[i].Commit = c.ID
			}
		}
		for _, s := range rng.Skipped {
			if s.Patch == patches[i].Number {
				patches[i].Skipped = s.Why
			}
		}
	}
}

func address(a mail.Address) report.Address { return report.Address{Name: a.Name, Addr: a.Addr} }

func addresses(lists ...[]mail.Address) []report.Address {
	var out []report.Address
	for _, l := range lists {
		for _, a := range l {
			out = append(out, address(a))
		}
	}
	return out
}

// expected notes what lists of known failures say of the results.
func (k *check) expected(rows []report.Row) {
	if k.req.Judge == nil {
		return
	}
	for i := range rows {
		at := slices.IndexFunc(k.req.Jobs, func(j wire.Job) bool { return j.Name() == rows[i].Name && j.Driver == rows[i].Driver })
		if at >= 0 {
			rows[i].Expected = k.req.Judge(k.req.Jobs[at], rows[i].Patched)
		}
	}
}

// embed puts into r what went on top of both kernels, and the series: what was
// dropped must not come back when the check runs again.
func (k *check) embed(r *report.Reproduce) {
	all := k.overlays
	var drivers, overlays []patch.Series
	for _, i := range k.rng.Used {
		if k.req.annotates(i) {
			r.Overlays, overlays = append(r.Overlays, all[i].Title), append(overlays, all[i])
		} else {
			r.Harness, drivers = append(r.Harness, all[i].Title), append(drivers, all[i])
		}
	}
	r.Embed(k.req.SeriesMbox, joined("overlays", overlays), joined("harness", drivers))
}

// joined is list as one mbox, empty for none.
func joined(title string, list []patch.Series) string {
	if len(list) == 0 {
		return ""
	}
	return patch.Mbox(patch.Join(title, list))
}

// reproduce is all that running this check again takes.
func (k *check) reproduce() report.Reproduce {
	r := k.repro
	r.Flavour = string(cmp.Or(k.req.Flavour, kernelbuild.Default))
	r.Tree, r.Base, r.Tip = k.req.Tree, k.req.Base, k.rng.Range.Tip()
	k.embed(&r)
	for _, d := range k.req.Devices {
		r.Devices = append(r.Devices, d.String())
	}
	r.CPUs, r.MemoryMiB = k.opts.QEMU.CPUs, k.opts.QEMU.MemMiB
	for _, j := range k.req.Jobs {
		r.Tests = append(r.Tests, report.Test{Binary: j.Binary, Subtest: j.Subtest, Driver: j.Driver, IGT: j.IGT})
	}
	r.Commands = []string{"fencebot reproduce report.json"}
	return r
}
