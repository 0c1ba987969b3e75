// SPDX-License-Identifier: MIT

package patch_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

const (
	twoHunks = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@ int f(void)\n one\n-two\n+2\n three\n" +
		"@@ -9,2 +9,3 @@\n nine\n+extra\n ten\n"
	binaryDiff = "diff --git a/p b/p\nnew file mode 100644\nindex 0000000..9710347\nGIT binary patch\nliteral 4\nLc${NkU|;|M00aO5\n\nliteral 0\nHcmV?d00001\n\n"
	signature  = "-- \n2.39.5\n\n"
)

// validate assembles one mail and returns what Validate says, "" when it is whole.
func validate(t *testing.T, raw string) string {
	t.Helper()
	m := parseMail(t, raw)
	th := patch.Assemble([]*mail.Message{m})
	if len(th.Series) == 0 {
		_, _, err := th.Pick()
		return err.Error()
	}
	err := th.Series[0].Validate()
	if err == nil {
		return ""
	}
	if _, ok := errors.AsType[*patch.DamageError](err); !ok && !errors.Is(err, patch.ErrIncomplete) {
		t.Errorf("Validate() = %T, want a DamageError or ErrIncomplete", err)
	}
	return err.Error()
}

func TestDamage(t *testing.T) {
	t.Parallel()
	flowed := "Content-Type: text/plain; format=flowed"
	attached := "Content-Type: multipart/mixed; boundary=b"
	stat := "---\n f | 4 ++--\n g | 1 +\n 2 files changed, 3 insertions(+), 1 deletion(-)\n\n"
	cases := map[string]struct{ header, body, want string }{
		"whole":                      {"", "Why.\n---\n" + twoHunks + signature, ""},
		"whole without signature":    {"", "Why.\n---\n" + twoHunks, ""},
		"whole, blanks stripped":     {"", "Why.\n---\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n\n-a\n+b\n\n--\n2.39.5\n", ""},
		"whole, no newline marker":   {"", "---\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n", ""},
		"whole binary":               {"", "---\n" + binaryDiff + signature, ""},
		"cut in a hunk":              {"", "---\n" + strings.TrimSuffix(twoHunks, " ten\n"), "line 12 of its diff: the diff ends in the middle of a hunk"},
		"cut in a line":              {"", "---\n" + strings.TrimSuffix(twoHunks, "en\n"), "ends in the middle of a line"},
		"cut in a hunk header":       {"", "---\n f | 2 +-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n" + twoHunks[:strings.Index(twoHunks, "@@ -9")+6] + "\n", "diffstat counts more"},
		"cut before the second file": {"", stat + twoHunks, "diffstat counts more"},
		"diffstat of older version":  {"", stat + twoHunks + signature, ""},
		"next file too early":        {"", "---\n" + strings.TrimSuffix(twoHunks, " ten\n") + twoHunks, "ends in the middle"},
		"signature too early":        {"", "---\n" + strings.TrimSuffix(twoHunks, " ten\n") + signature, "ends in the middle"},
		"cut binary":                 {"", "---\n" + strings.TrimSuffix(binaryDiff, "01\n\n"), "binary patch is broken"},
		"cut between binary lines":   {"", "---\n" + strings.TrimSuffix(binaryDiff, "\n"), "binary patch has no end"},
		"wrapped line":               {"", "---\n" + strings.Replace(twoHunks, " three", " th\nree", 1), "line 10 of its diff: the diff has a line that is neither"},
		"flowed and wrapped":         {flowed, "---\n" + strings.Replace(strings.ReplaceAll(twoHunks, "\n ", "\n  "), "three", "th\nree", 1), "format=flowed has broken the diff"},
		"flowed, not stuffed":        {flowed, "---\n" + twoHunks, "format=flowed has broken the diff"},
		"flowed, trailing blank":     {flowed, "---\n" + strings.Replace(strings.ReplaceAll(twoHunks, "\n ", "\n  "), "+2", "+2 ", 1), "format=flowed has broken the diff"},
		"flowed as it should be":     {flowed, "---\n" + strings.ReplaceAll(twoHunks, "\n ", "\n  "), ""},
		"stuffed without flowed":     {"", "---\n--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n  \tone\n-\ttwo\n+\t2\n  \tthree\n  four\n", "space-stuffed"},
		"two blanks are code":        {"", "---\n--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n  one\n- two\n+ 2\n  three\n  four\n", ""},
		"no diff":                    {"Subject: [PATCH 1/1] drm: x", "Why.\n", "the subject says patch but there is no diff"},
		"cut base64":                 {"Content-Transfer-Encoding: base64", strings.TrimRight(base64Lines("---\n"+twoHunks), "=\n"), "base64 body is cut off"},
		"cut multipart":              {attached, "--b\n\n---\n" + twoHunks, "the plain body is cut off"},
		"multipart without end":      {attached, "--b\n\n---\n" + twoHunks + "\n--b\nContent-Type: text/html\n\n", "multipart ends early"},
		"text between hunks":         {"", "---\n" + strings.Replace(twoHunks, "@@ -9", "lost\n@@ -9", 1), "line 10 of its diff"},
		"flowed, last line wrapped":  {flowed, "---\n" + strings.Replace(strings.ReplaceAll(twoHunks, "\n ", "\n  "), "ten", "t\nen", 1), "format=flowed has broken the diff"},
		"file without change":        {"", "---\n" + twoHunks + "diff --git a/g b/g\nindex 1..2 100644\n", "ends before the change of a file"},
		"files without hunks":        {"", "---\ndiff --git a/g b/g\nold mode 100644\nnew mode 100755\ndiff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\ndiff --git a/h b/i\nsimilarity index 100%\nrename from h\nrename to i\n", ""},
		"two plain files":            {"", "---\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", ""},
		"list footer":                {"", "---\n" + twoHunks + "_______\nlist\n", ""},
		"attachment":                 {attached, "--b\n\nWhy.\n--b\nContent-Type: text/x-patch; name=x.patch\nContent-Transfer-Encoding: base64\n\n" + base64Lines(twoHunks) + "\n--b--\n", ""},
		"combined diff is no hunk":   {"", "---\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\nx\n", ""},
		"html only":                  {"Subject: [PATCH 1/1] x\nContent-Type: text/html", "<pre>diff --git a/f b/f</pre>", "only HTML"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := validate(t, mailWith(c.header, c.body))
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("Validate() = %q; want %q in it", got, c.want)
			}
		})
	}
}

// TestHalfDownloaded cuts a real series after every byte: it must never pass as
// whole with less in it than was sent.
func TestHalfDownloaded(t *testing.T) {
	t.Parallel()
	checkCuts(t, filepath.Join("testdata", "series", "two.mbox"), 1)
}

// TestHalfDownloadedCorpus does the same with the seeded series, more coarsely.
func TestHalfDownloadedCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "corpus"), "*", "series.mbox"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no series in the corpus: %v", err)
	}
	for _, name := range files {
		checkCuts(t, name, 37)
	}
}

// checkCuts cuts the file after every step bytes.
func checkCuts(t *testing.T, name string, step int) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(raw)
	end := strings.LastIndex(whole, "\n-- \n") // nothing is lost below
	for cut := 0; cut < end; cut += step {
		msgs, err := mail.ReadMbox(strings.NewReader(whole[:cut]), mail.Limits{})
		if err != nil {
			continue // refused earlier
		}
		s, _, err := patch.Assemble(msgs).Pick()
		if err == nil && s.Validate() == nil {
			t.Errorf("%s cut after byte %d passes as whole:\n...%s", name, cut, whole[max(0, cut-200):cut])
		}
	}
}

func ExampleSeries_Validate() {
	raw := "From: A <a@example.org>\nMessage-ID: <1@example.org>\nSubject: [PATCH v2 2/3] drm: x\n\nWhy.\n---\n" +
		"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n"
	m, err := mail.Parse([]byte(raw))
	if err != nil {
		panic(err)
	}
	for _, s := range patch.Assemble([]*mail.Message{m}).Series {
		fmt.Println(s.Validate())
	}
	// Output:
	// patch 2 (1@example.org): line 5 of its diff: the diff ends in the middle of a hunk: the mail is cut off, fetch it again
	// series "drm: x" is incomplete: missing patch 1/3, 3/3
}
