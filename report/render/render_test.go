// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	r := samples(t)["findings"]
	var js, html, eml bytes.Buffer
	if err := errors.Join(JSON(&js, r), HTML(&html, r), Mail(&eml, r, MailOptions{})); err != nil {
		t.Fatal(err)
	}
	head := func(b []byte) string { return string(b[:min(len(b), HeadBytes)]) }
	tests := map[string]struct {
		in   string
		want Kind
	}{
		"our JSON":         {head(js.Bytes()), KindJSON},
		"our page":         {head(html.Bytes()), KindHTML},
		"our mail":         {head(eml.Bytes()), KindMail},
		"a newer report":   {`{"fencebot":{"format":"report","version":9},`, KindJSON},
		"empty":            {"", ""},
		"an mbox":          {"From x Mon Sep 17 00:00:00 2001\nX-Fencebot-Report: 1\n", ""},
		"a mail":           {"From: a@b\nX-Fencebot-Report: 1\n\nhello", ""},
		"a page":           {"<!doctype html>\n<html>", ""},
		"JSON":             {`{"verdict":"pass"}`, ""},
		"the key inside":   {`{"a":1,"fencebot":{"format":"report","version":1}}`, ""},
		"not our format":   {`{"fencebot":{"format":"config","version":1}}`, ""},
		"no version":       {`{"fencebot":{"format":"report"}}`, ""},
		"a string instead": {`{"fencebot":"report"}`, ""},
		"half":             {`{"fencebot":{"for`, ""},
		"binary":           {"\x7fELF\x00", ""},
	}
	for name, tt := range tests {
		if got := KindOf([]byte(tt.in)); got != tt.want {
			t.Errorf("%s: KindOf = %q; want %q", name, got, tt.want)
		}
	}
}

func TestReadJSON(t *testing.T) {
	t.Parallel()
	for name, r := range samples(t) {
		if name == "hostile" {
			continue // invalid UTF-8 does not survive JSON
		}
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		got, err := ReadJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(filled(r), got, cmpopts.IgnoreUnexported(lockdep.Link{})); diff != "" {
			t.Errorf("%s changed on the way:\n%s", name, diff)
		}
	}
	for name, in := range map[string]string{
		"empty":         "",
		"other JSON":    `{"verdict":"pass"}`,
		"cut":           `{"fencebot":{"format":"report","version":1},"verdict":`,
		"newer version": `{"fencebot":{"format":"report","version":2}}`,
		"wrong type":    `{"fencebot":{"format":"report","version":1},"verdict":7}`,
	} {
		if _, err := ReadJSON(strings.NewReader(in)); !errors.Is(err, ErrNotReport) {
			t.Errorf("%s: error %v; want ErrNotReport", name, err)
		}
	}
	broken := errors.New("broken disk")
	if _, err := ReadJSON(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, ErrNotReport) {
		t.Errorf("error of the reader became %v", err)
	}
}

func FuzzReadJSON(f *testing.F) {
	var b bytes.Buffer
	if err := JSON(&b, samples(f)["findings"]); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"fencebot":{"format":"report","version":1},"findings":[null],"conflict":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := errors.Join(JSON(&out, r), HTML(&out, r), Mail(&out, r, MailOptions{}), Text(&out, r, TextOptions{})); err != nil {
			t.Error(err)
		}
	})
}

// failing is a writer that takes n bytes.
type failing struct{ n int }

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	r := samples(t)["findings"]
	for _, n := range []int{0, 50} {
		for form, err := range map[string]error{
			"JSON": JSON(&failing{n}, r), "HTML": HTML(&failing{n}, r),
			"Mail": Mail(&failing{n}, r, MailOptions{}), "Text": Text(&failing{n}, r, TextOptions{}),
		} {
			if !errors.Is(err, errFull) {
				t.Errorf("%s after %d bytes: error %v", form, n, err)
			}
		}
	}
}

// TestFirstLines: three lines of a mail say what is wrong, in which patch and
// in which test.
func TestFirstLines(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"findings":       {"can deadlock", "fence_vkms@commit"},
		"two-findings":   {"2 problems"},
		"build-error":    {"does not build", "patch 2 of 3", "vkms_drv.c:103"},
		"apply-conflict": {"does not apply", "patch 2 of 3", "vkms_crtc.c"},
		"boot-failure":   {"does not boot"},
		"not-exercised":  {"no test", "every test skipped"},
		"infra-error":    {"the test machine failed, not the series"},
		"pass":           {"No deadlock found", "4 tests"},
	}
	for name, r := range samples(t) {
		first := strings.Join(mailBody(r, Files{})[:3], " ")
		for _, s := range want[name] {
			if !strings.Contains(strings.ToLower(first), strings.ToLower(s)) {
				t.Errorf("%s begins with %q, without %q", name, first, s)
			}
		}
	}
}

// TestMailColumns: prose fits on a terminal; of the kernel's text no line is
// changed, and only guesses, what the picture shows and what stands there twice is
// left out.
func TestMailColumns(t *testing.T) {
	t.Parallel()
	body := mailBody(samples(t)["findings"], Files{})
	text, _, _ := strings.Cut(strings.TrimSpace(raw(t, "circular.txt")), "stack backtrace:")
	chain, held, _ := strings.Cut(text, "other info that might help us debug this:")
	_, held, _ = strings.Cut(held, "*** DEADLOCK ***")
	for _, l := range strings.Split(chain+held, "\n") {
		guess := strings.HasPrefix(strings.TrimSpace(l), "? ")
		if has := slices.Contains(body, strings.TrimRight("  "+l, " ")); has == guess {
			t.Errorf("the mail has the line %q: %v", l, has)
		}
	}
	for _, l := range body[:slices.Index(body, "The kernel says:")] {
		if len(l) > mailWidth && !strings.HasPrefix(l, "https://") {
			t.Errorf("%d columns: %q", len(l), l)
		}
	}
}

func TestMailAddresses(t *testing.T) {
	t.Parallel()
	r := samples(t)["pass"]
	to := []report.Address{{Name: "Moderator", Addr: "mod@example.org"}}
	var b strings.Builder
	if err := Mail(&b, r, MailOptions{From: report.Address{Name: "bot", Addr: "bot@example.org"}, To: to, Cc: []report.Address{}, MessageID: "<1@example.org>"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"From: bot <bot@example.org>\n", "To: Moderator <mod@example.org>\nSubject:", "Message-ID: <1@example.org>\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("mail lacks %q:\n%s", want, b.String()[:600])
		}
	}
	var many []report.Address
	for i := range 80 {
		many = append(many, report.Address{Addr: strings.Repeat("x", i+1) + "@example.org"})
	}
	if got := strings.Count(addressList(append(many, many...)), "@"); got != maxAddress {
		t.Errorf("%d addresses; want %d", got, maxAddress)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	var refs []string
	for i := range 50 {
		refs = append(refs, strings.Repeat("r", i+1)+"@x")
	}
	got := strings.Fields(references(refs, "parent@x"))
	if len(got) != maxRefs || got[0] != "<r@x>" || got[len(got)-1] != "<parent@x>" {
		t.Errorf("references: %d ids, first %s, last %s", len(got), got[0], got[len(got)-1])
	}
	if got := references([]string{"parent@x"}, "<parent@x>"); got != "<parent@x>" {
		t.Errorf("parent twice: %q", got)
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	tests := map[string]report.Series{
		"Re: [PATCH 1/2] a": {Subject: "[PATCH 1/2] a", Title: "a"},
		"RE: [PATCH] b":     {Subject: "RE: [PATCH] b"},
		"Re: c":             {Title: "c"},
		"Re: (no subject)":  {},
	}
	for want, s := range tests {
		if got := subject(s); got != want {
			t.Errorf("subject = %q; want %q", got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prefix, text string
		want         []string
	}{
		"fits":      {"", "one two", []string{"one two"}},
		"breaks":    {"- ", "one two three four", []string{"- one two", "  three", "  four"}},
		"long word": {"", "a aaaaaaaaaaaaaaaaa b", []string{"a", "aaaaaaaaaaaaaaaaa", "b"}},
		"runes":     {"", "ééééé ééé", []string{"ééééé ééé"}},
		"empty":     {"x: ", "", []string{"x:"}},
	}
	for name, tt := range tests {
		if got := wrap(tt.prefix, tt.text, 10); !slices.Equal(got, tt.want) {
			t.Errorf("%s: wrap = %q; want %q", name, got, tt.want)
		}
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"out/r.json": "out/r.json", "a b": "'a b'", "it's": `'it'\''s'`, "-rf": "-rf", "a;b": "'a;b'", "$(x)": "'$(x)'", "": "''",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %s; want %s", in, got, want)
		}
	}
	if got := fileName("-rf"); got != "./-rf" {
		t.Errorf("fileName(-rf) = %s", got)
	}
}

// TestMeaning: every family of docs/families.md has words of its own.
func TestMeaning(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/families.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(doc)) {
		row, ok := strings.CutPrefix(line, "| `")
		names, _, _ := strings.Cut(row, " |")
		if !ok {
			continue
		}
		for name := range strings.SplitSeq(names, ", ") {
			n++
			if m := meaning(lockdep.Family(strings.Trim(name, "`"))); !strings.HasSuffix(m, ".") {
				t.Errorf("meaning(%s) = %q", name, m)
			}
		}
	}
	if n < 40 {
		t.Errorf("%d families in docs/families.md; want 40 or more", n)
	}
}

func TestMachinePrintsWhatIsKnown(t *testing.T) {
	t.Parallel()
	tx := &text{width: 80}
	machine(tx, report.Reproduce{})
	if len(tx.lines) != 0 {
		t.Errorf("nothing known, but printed %q", tx.lines)
	}
}

func ExampleText() {
	r := report.Report{
		Verdict: report.Compare(report.Evidence{Infra: "the disk is full"}),
		Series:  report.Series{Title: "drm: a series", Total: 2},
	}
	if err := Text(os.Stdout, r, TextOptions{}); err != nil {
		panic(err)
	}
	// Output:
	// INFRA-ERROR  drm: a series (2 patches)
	// No answer: the test machine failed, not the series. The disk is full. The series
	// was not judged.
}
