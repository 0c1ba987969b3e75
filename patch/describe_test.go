// SPDX-License-Identifier: MIT

package patch_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

var updateSeries = flag.Bool("update-series", false, "write testdata/series/*.json anew")

// TestDescribeGolden compares the JSON of every mbox of testdata/series.
func TestDescribeGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "series", "*.mbox"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mbox: %v", err)
	}
	for _, name := range files {
		got, err := json.MarshalIndent(describeFile(t, name), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		golden := strings.TrimSuffix(name, ".mbox") + ".json"
		if *updateSeries {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDescribeHasNoNullLists guards what scripts rely on.
func TestDescribeHasNoNullLists(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(patch.Describe(nil))
	if err != nil || string(got) != `{"series":[],"others":[],"mails":[]}` {
		t.Errorf("Describe(nil) = %s, %v", got, err)
	}
	got, err = json.Marshal(patch.Describe([]*mail.Message{msg("a", "[PATCH 1/2] x", "", 0)}))
	if err != nil || !bytes.Contains(got, []byte(`"cover":null`)) || !bytes.Contains(got, []byte(`"picked":[]`)) {
		t.Errorf("Describe(one) = %s, %v", got, err)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	pull := "Hi\n\nThe following changes since commit e10117d:\n\n  Linux 6.12\n\nare available in the Git repository at:\n\n"
	cases := map[string]struct {
		subject, body string
		kind          patch.Kind
		url           string
	}{
		"patch":                 {"[PATCH] x", "---\n" + diffText, patch.KindPatch, ""},
		"patch without prefix":  {"drm: x", "---\n" + diffText, patch.KindPatch, ""},
		"patch without subject": {"", "---\n" + diffText, patch.KindPatch, ""},
		"mode change":           {"[PATCH] x", "---\ndiff --git a/f b/f\nold mode 100644\nnew mode 100755\n", patch.KindPatch, ""},
		"quoted diff":           {"[PATCH] x", "> diff --git a/f b/f\n> --- a/f\n> +++ b/f\n", patch.KindComment, ""},
		"reply with diff":       {"Re: [PATCH] x", "Like this:\n" + diffText, patch.KindComment, ""},
		"cover":                 {"[PATCH 0/2] x", "Hi\n", patch.KindCover, ""},
		"cover with diff":       {"[PATCH 0/2] x", "Hi\n" + diffText, patch.KindCover, ""},
		"report":                {"it breaks", "Hi\n", patch.KindComment, ""},
		"pull":                  {"[GIT PULL] x", pull + "  https://example.org/r.git tags/t1\n\n", patch.KindPullRequest, "https://example.org/r.git tags/t1"},
		"pull of two lines":     {"[GIT PULL] x", pull + "  ssh://example.org/a-very-long/r.git\ntags/t1\n\n", patch.KindPullRequest, "ssh://example.org/a-very-long/r.git tags/t1"},
		"pull without branch":   {"[GIT PULL] x", pull + "  git://example.org/r.git\n\nA B (2):\n", patch.KindPullRequest, "git://example.org/r.git"},
		"pull with diff":        {"[GIT PULL] x", pull + "  git://example.org/r.git next\n\n" + diffText, patch.KindPullRequest, "git://example.org/r.git next"},
		"pull of a path":        {"[GIT PULL] x", pull + "  /etc/shadow next\n", patch.KindComment, ""},
		"pull with options":     {"[GIT PULL] x", pull + "  --upload-pack=x https://e/ y\n", patch.KindComment, ""},
		"pull in a reply":       {"Re: [GIT PULL] x", pull + "  git://example.org/r.git next\n", patch.KindComment, ""},
		"pull quoted":           {"[GIT PULL] x", "> " + strings.ReplaceAll(pull, "\n", "\n> "), patch.KindComment, ""},
	}
	for name, c := range cases {
		m := &mail.Message{Subject: c.subject, Body: c.body, Raw: c.body}
		got := patch.Describe([]*mail.Message{m}).Mails[0]
		url := ""
		if got.PullURL != nil {
			url = *got.PullURL
		}
		if got.Kind != c.kind || url != c.url {
			t.Errorf("%s: kind %s, URL %q; want %s, %q", name, got.Kind, url, c.kind, c.url)
		}
	}
}

func TestTrailers(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		message string
		want    []string
	}{
		"usual":              {"drm: x\n\nWhy.\n\nFixes: 0123 (\"y\")\nSigned-off-by: A <a@b>\n", []string{`Fixes: 0123 ("y")`, "Signed-off-by: A <a@b>"}},
		"only the last":      {"drm: x\n\nReviewed-by: Q <q@b>\n\nSigned-off-by: A <a@b>\n", []string{"Signed-off-by: A <a@b>"}},
		"subject is none":    {"Revert-of: x\n", nil},
		"subject and one":    {"drm: x\nSigned-off-by: A <a@b>\n", []string{"Signed-off-by: A <a@b>"}},
		"prose":              {"drm: x\n\nNote: this is prose.\n", nil},
		"prose with a colon": {"drm: x\n\nIt does so-called: things\nand more of them.\n", nil},
		"remarks":            {"drm: x\n\nReviewed-by: B <b@b>\n[for the parts of B]\nAcked-by: C <c@c>\n   (also)\nSigned-off-by: A <a@b>\n", []string{"Reviewed-by: B <b@b>", "Acked-by: C <c@c>", "Signed-off-by: A <a@b>"}},
		"wrapped address":    {"drm: x\n\nSigned-off-by: A long name\n<a@b>\n", []string{"Signed-off-by: A long name <a@b>"}},
		"prose and two":      {"drm: x\n\nThe end.\nCc: stable@vger.kernel.org\nSigned-off-by: A <a@b>\n", []string{"Cc: stable@vger.kernel.org", "Signed-off-by: A <a@b>"}},
		"empty":              {"", nil},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, patch.Trailers(c.message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0123456789", 4)
	cases := map[string]struct{ body, base, change string }{
		"format-patch":  {"x\n\nbase-commit: " + id + "\n-- \n2.39\n", id, ""},
		"b4":            {"x\n---\nbase-commit: " + id + "\nchange-id: 20221025-test1-e8520c2200a3\n", id, "20221025-test1-e8520c2200a3"},
		"quoted":        {"> base-commit: " + id + "\n", "", ""},
		"no hex":        {"base-commit: --upload-pack=x\n", "", ""},
		"too short":     {"base-commit: 0123\n", "", ""},
		"too long":      {"base-commit: " + strings.Repeat("0", 65) + "\n", "", ""},
		"bad change id": {"change-id: ../../../etc\n", "", ""},
	}
	for name, c := range cases {
		cover := msg("0", "[PATCH 0/1] s", "", 0)
		cover.Body = c.body
		s := patch.Assemble([]*mail.Message{cover, msg("a", "[PATCH 1/1] x", "0", 1)}).Series[0]
		if s.BaseCommit != c.base || s.ChangeID != c.change {
			t.Errorf("%s: base %q, change %q; want %q, %q", name, s.BaseCommit, s.ChangeID, c.base, c.change)
		}
	}
}

// FuzzDescribe feeds whole mailboxes of strangers through everything that reads
// them here. The numbers must add up, whatever the bytes are.
func FuzzDescribe(f *testing.F) {
	seed, err := os.ReadFile(filepath.Join("testdata", "series", "two.mbox"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(mailWith("Message-ID: <a@b>\nSubject: [PATCH v2 2/2] x", "---\n"+binaryDiff)))
	f.Add([]byte(mailWith("Subject: [GIT PULL] x", "The following changes since commit 1:\nare available in the git repository at:\n\n git://e/r\nb\n")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		msgs, err := mail.ReadMbox(bytes.NewReader(raw), mail.Limits{Mailbox: 1 << 20, Count: 100})
		if err != nil {
			return
		}
		th := patch.Assemble(msgs)
		if len(th.Kinds) != len(msgs) {
			t.Errorf("%d kinds of %d mails", len(th.Kinds), len(msgs))
		}
		for _, s := range th.Series {
			if s.Version < 1 || s.Total < 1 || len(s.Patches) > len(msgs) {
				t.Errorf("odd series: %+v", s)
			}
			if s.Complete() != (len(s.Missing()) == 0) {
				t.Errorf("Complete and Missing disagree: %+v", s)
			}
			_ = s.Validate()
			for _, p := range s.Patches {
				if strings.ContainsAny(p.Subject, "\n\x00") || strings.ContainsAny(p.Author.Name+p.Author.Addr, "\n<>\x00") {
					t.Errorf("header bytes in subject %q or author %v", p.Subject, p.Author)
				}
			}
		}
		if _, err := json.Marshal(patch.Describe(msgs)); err != nil {
			t.Errorf("marshal: %v", err)
		}
	})
}
