// SPDX-License-Identifier: MIT

package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// day is when the mails of these tests were sent; a minute passes between two.
var day = time.Date(2025, 3, 13, 10, 0, 0, 0, time.UTC)

// msg makes the mail id: subject, parent and minutes after day. Mails with
// "[PATCH" in the subject get a diff unless they are covers.
func msg(id, subject, parent string, minute int) *mail.Message {
	m := &mail.Message{
		ID: id, Subject: subject, InReplyTo: parent, From: mail.Address{Name: "A", Addr: "a@example.org"},
		Date: day.Add(time.Duration(minute) * time.Minute), Body: "Why.\n",
	}
	if parent != "" {
		m.References = []string{parent}
	}
	if s := patch.ParseSubject(subject); s.Claims() && !s.Reply && (!s.Counted || s.Number > 0) {
		m.Body += "---\n" + diffText
	}
	m.Raw = m.Body
	return m
}

// outline is "vVERSION/TOTAL cover: patches" of each series, then the others.
func outline(th patch.Threads) []string {
	var out []string
	for _, s := range th.Series {
		cover := "-"
		if s.Cover != nil {
			cover = s.Cover.ID
		}
		line := fmt.Sprintf("v%d/%d %s:", s.Version, s.Total, cover)
		for _, p := range s.Patches {
			line += fmt.Sprintf(" %d=%s", p.Number, p.MessageID)
		}
		out = append(out, line)
	}
	for _, m := range th.Others {
		out = append(out, "other "+m.ID)
	}
	return out
}

func TestAssemble(t *testing.T) {
	t.Parallel()
	other := func(m *mail.Message) *mail.Message { m.From.Addr = "b@example.org"; return m }
	cases := map[string]struct {
		mails []*mail.Message
		want  []string
	}{
		"order by number": {
			[]*mail.Message{msg("c", "[PATCH 3/3] z", "0", 3), msg("0", "[PATCH 0/3] s", "", 0), msg("b", "[PATCH 2/3] y", "0", 1), msg("a", "[PATCH 1/3] x", "0", 2)},
			[]string{"v1/3 0: 1=a 2=b 3=c"},
		},
		"cover did not arrive": {
			[]*mail.Message{msg("a", "[PATCH 1/2] x", "0", 1), msg("b", "[PATCH 2/2] y", "0", 2)},
			[]string{"v1/2 -: 1=a 2=b"},
		},
		"replies are others": {
			[]*mail.Message{msg("a", "[PATCH] x", "", 1), msg("r", "Re: [PATCH] x", "a", 2)},
			[]string{"v1/1 -: 1=a", "other r"},
		},
		"two versions in one thread": {
			[]*mail.Message{msg("a", "[PATCH 1/2] x", "", 1), msg("b", "[PATCH 2/2] y", "a", 2), msg("a2", "[PATCH v2 1/2] x", "a", 3), msg("b2", "[PATCH v2 2/2] y", "a2", 4)},
			[]string{"v1/2 -: 1=a 2=b", "v2/2 -: 1=a2 2=b2"},
		},
		"resend does not mix": {
			[]*mail.Message{msg("a", "[PATCH 1/2] x", "0", 1), msg("b", "[PATCH RESEND 2/2] y", "0", 2)},
			[]string{"v1/2 -: 1=a", "v1/2 -: 2=b"},
		},
		"two postings without threading": {
			[]*mail.Message{msg("b2", "[v2,2/2] y", "", 62), msg("a", "[v2,1/2] x", "", 0), msg("a2", "[v2,1/2] x", "", 60), msg("b", "[v2,2/2] y", "", 8)},
			[]string{"v2/2 -: 1=a 2=b", "v2/2 -: 1=a2 2=b2"},
		},
		"another author without threading": {
			[]*mail.Message{msg("a", "[PATCH 1/2] x", "", 0), other(msg("b", "[PATCH 2/2] y", "", 1))},
			[]string{"v1/2 -: 1=a", "v1/2 -: 2=b"},
		},
		"days apart without threading": {
			[]*mail.Message{msg("a", "[PATCH 1/2] x", "", 0), msg("b", "[PATCH 2/2] y", "", 3000)},
			[]string{"v1/2 -: 1=a", "v1/2 -: 2=b"},
		},
		"uncounted patches are series of their own": {
			[]*mail.Message{msg("a", "[PATCH] x", "", 0), msg("b", "[PATCH] y", "", 1)},
			[]string{"v1/1 -: 1=a", "v1/1 -: 1=b"},
		},
		"files without ids": {
			[]*mail.Message{other(msg("", "[PATCH 1/2] x", "", 90000)), msg("", "[PATCH 2/2] y", "", 0)},
			[]string{"v1/2 -: 1= 2="},
		},
		"files without numbers": {
			[]*mail.Message{msg("", "[PATCH] x", "", 5), msg("", "[PATCH] y", "", 3), msg("", "[PATCH] z", "", 9)},
			[]string{"v1/3 -: 1= 2= 3="},
		},
		"surplus number": {
			[]*mail.Message{msg("0", "[PATCH 0/1] s", "", 0), msg("a", "[PATCH 1/1] x", "0", 1), msg("b", "[PATCH 2/1] y", "0", 2)},
			[]string{"v1/1 0: 1=a 2=b"},
		},
		"reroll of one patch": {
			[]*mail.Message{msg("0", "[PATCH 0/2] s", "", 0), msg("a", "[PATCH 1/2] x", "0", 1), msg("b", "[PATCH 2/2] y", "0", 2), msg("b2", "[PATCH v2 2/2] y", "b", 3)},
			[]string{"v1/2 0: 1=a 2=b", "v2/2 0: 1=a 2=b2"},
		},
		"minor version": {
			[]*mail.Message{msg("a", "[PATCH v5 1/2] x", "", 1), msg("b", "[PATCH v5 2/2] y", "a", 2), msg("a2", "[PATCH v5.1 1/2] x", "a", 3)},
			[]string{"v5/2 -: 1=a 2=b", "v5/2 -: 1=a2 2=b"},
		},
		"cover without prefix": {
			[]*mail.Message{msg("0", "do a thing", "", 0), msg("a", "[PATCH] x", "0", 1)},
			[]string{"v1/1 0: 1=a"},
		},
		"report of somebody else": {
			[]*mail.Message{other(msg("0", "it breaks", "", 0)), msg("a", "[PATCH] x", "0", 1)},
			[]string{"v1/1 -: 1=a", "other 0"},
		},
		"uncounted patch below a cover": {
			[]*mail.Message{msg("0", "[PATCH 0/1] s", "", 0), msg("a", "[PATCH] x", "0", 1)},
			[]string{"v1/1 0: 1=a"},
		},
		"patch of a reviewer below a cover": {
			[]*mail.Message{msg("0", "[PATCH 0/1] s", "", 0), other(msg("a", "[PATCH] x", "0", 1))},
			[]string{"v1/1 0:", "v1/1 -: 1=a"},
		},
		"nothing": {nil, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, outline(patch.Assemble(c.mails))); diff != "" {
				t.Errorf("Assemble (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAssembleIgnoresArrival shuffles a thread of two versions in all rotations.
func TestAssembleIgnoresArrival(t *testing.T) {
	t.Parallel()
	mails := []*mail.Message{
		msg("0", "[PATCH 0/2] s", "", 0), msg("a", "[PATCH 1/2] x", "0", 1), msg("b", "[PATCH 2/2] y", "0", 2),
		msg("20", "[PATCH v2 0/2] s", "0", 10), msg("2a", "[PATCH v2 1/2] x", "20", 11), msg("2b", "[PATCH v2 2/2] y", "20", 12),
	}
	want := []string{"v1/2 0: 1=a 2=b", "v2/2 20: 1=2a 2=2b"}
	for i := range mails {
		got := outline(patch.Assemble(append(slices.Clone(mails[i:]), mails[:i]...)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rotation by %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestMissingPatchesAreNamed(t *testing.T) {
	t.Parallel()
	th := patch.Assemble([]*mail.Message{msg("0", "[PATCH 0/4] s", "", 0), msg("b", "[PATCH 2/4] y", "0", 2)})
	err := th.Series[0].Validate()
	if !errors.Is(err, patch.ErrIncomplete) || th.Series[0].Complete() {
		t.Fatalf("Validate() = %v; want ErrIncomplete", err)
	}
	if want := `series "s" is incomplete: missing patch 1/4, 3/4, 4/4`; err.Error() != want {
		t.Errorf("Validate() = %q; want %q", err, want)
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	pull := &mail.Message{ID: "p", Subject: "[GIT PULL] x", Body: "The following changes since commit 1:\n\n x\n\nare available in the Git repository at:\n\n  https://example.org/r.git tags/t\n"}
	cases := map[string]struct {
		mails []*mail.Message
		title string // "" for an error
		says  string // part of the note or of the error
	}{
		"one":          {[]*mail.Message{msg("a", "[PATCH] x", "", 0)}, "x", ""},
		"newest":       {[]*mail.Message{msg("a", "[PATCH v2] y", "", 9), msg("b", "[PATCH] x", "", 0)}, "y", "newest of 2 series: v2"},
		"pull request": {[]*mail.Message{pull}, "", "fetch https://example.org/r.git tags/t"},
		"a reply":      {[]*mail.Message{msg("r", "Re: [PATCH] x", "a", 0)}, "", "r has no diff"},
		"replies":      {[]*mail.Message{msg("r", "Re: x", "a", 0), msg("q", "Re: y", "b", 0)}, "", "2 mails"},
		"html":         {[]*mail.Message{{ID: "h", Subject: "[PATCH] x", Damage: "the mail has only HTML"}}, "", "h: the mail has only HTML"},
	}
	for name, c := range cases {
		s, note, err := patch.Assemble(c.mails).Pick()
		if (err != nil) != (c.title == "") || s.Title != c.title || (err != nil && !errors.Is(err, patch.ErrNoSeries)) {
			t.Errorf("%s: Pick() = %q, %v; want %q", name, s.Title, err, c.title)
		}
		if got := note + fmt.Sprint(err); !strings.Contains(got, c.says) {
			t.Errorf("%s: Pick() says %q; want %q in it", name, got, c.says)
		}
	}
}

// A sharedCase is an entry of expected.json.
type sharedCase struct {
	ID       string                    `json:"id"`
	Files    []string                  `json:"files"`
	Kind     string                    `json:"kind"`
	Template bool                      `json:"template"`
	PullURL  string                    `json:"pull_url"`
	Series   []patch.SeriesDescription `json:"series"`
	Others   []patch.OtherDescription  `json:"others"`
	Trailers map[string]patch.Trailing `json:"trailers"`
}

// TestSharedThreads holds Describe against the answers of the shared samples.
func TestSharedThreads(t *testing.T) {
	t.Parallel()
	dir := shared(t, "data", "mail")
	raw, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []sharedCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Template {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			checkShared(t, c, describeFile(t, filepath.Join(dir, c.Files[0])))
		})
	}
}

func describeFile(t *testing.T, name string) patch.Description {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	msgs, err := mail.ReadMbox(f, mail.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return patch.Describe(msgs)
}

func checkShared(t *testing.T, c sharedCase, got patch.Description) {
	t.Helper()
	if c.Series != nil {
		for i := range got.Series {
			got.Series[i].Missing, got.Series[i].Damage = nil, nil // not in the answers
		}
		if diff := cmp.Diff(c.Series, got.Series); diff != "" {
			t.Errorf("series (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(c.Others, got.Others); diff != "" {
			t.Errorf("others (-want +got):\n%s", diff)
		}
	} else if c.Kind != "fuzz" && string(got.Mails[0].Kind) != c.Kind {
		t.Errorf("kind = %s; want %s", got.Mails[0].Kind, c.Kind)
	}
	if url := got.Mails[0].PullURL; c.PullURL != "" && (url == nil || *url != c.PullURL) {
		t.Errorf("pull URL = %v; want %s", url, c.PullURL)
	}
	for _, m := range got.Mails {
		if m.MessageID == nil || c.ID == "b4/trailers-test-extinfo" { // the answer cuts "# remark" there, elsewhere not
			continue
		}
		if want, ok := c.Trailers[*m.MessageID]; ok && !slices.Equal(want.Own, m.Trailers.Own) {
			t.Errorf("own trailers of %s = %q; want %q", *m.MessageID, m.Trailers.Own, want.Own)
		}
	}
}

// TestSharedCorpus checks that the seeded series are whole.
func TestSharedCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "corpus"), "*", "series.mbox"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no series in the corpus: %v", err)
	}
	for _, name := range files {
		d := describeFile(t, name)
		if len(d.Series) != 1 || !d.Series[0].Complete || d.Series[0].Damage != nil || d.Series[0].Cover == nil || d.Series[0].BaseCommit == nil {
			t.Errorf("%s: %+v", name, d.Series)
		}
	}
}
