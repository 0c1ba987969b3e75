// SPDX-License-Identifier: MIT

package contract_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report/contract"
	"github.com/fencebot/fencebot/report/lockdep"
)

// sections are the sections of the kernel's documentation that rules refer to: the
// page, the heading that makes the anchor, the source of the page, and the file that
// holds the text where the page only includes it.
var sections = []struct{ page, heading, source, text string }{
	{"driver-api/dma-buf.html", "DMA Fence Cross-Driver Contract", "Documentation/driver-api/dma-buf.rst", "drivers/dma-buf/dma-fence.c"},
	{"driver-api/dma-buf.html", "DMA Fence Signalling Annotations", "Documentation/driver-api/dma-buf.rst", "drivers/dma-buf/dma-fence.c"},
	{"kernel-hacking/hacking.html", "Recipes for Deadlock", "Documentation/kernel-hacking/hacking.rst", ""},
	{"locking/lockdep-design.html", "Single-lock state rules:", "Documentation/locking/lockdep-design.rst", ""},
	{"locking/lockdep-design.html", "Multi-lock dependency rules:", "Documentation/locking/lockdep-design.rst", ""},
}

// anchor is what docutils makes of a heading (docutils.nodes.make_id): lower case, a
// hyphen for each run of other characters, none at the ends.
func anchor(heading string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range sections {
		known["https://docs.kernel.org/"+s.page+"#"+anchor(s.heading)] = true
	}
	seen := map[string]bool{}
	for _, r := range contract.Rules() {
		switch {
		case seen[r.Name]:
			t.Errorf("%s: twice", r.Name)
		case r.Explanation == "":
			t.Errorf("%s: no explanation", r.Name)
		case r.Name != contract.None && r.Advice == "":
			t.Errorf("%s: no advice", r.Name)
		case r.Name != contract.None && !known[r.Doc]:
			t.Errorf("%s: document %q is not in the list", r.Name, r.Doc)
		}
		seen[r.Name] = true
	}
	if len(seen) != 13 {
		t.Errorf("%d rules; want 13", len(seen))
	}
}

// The sections exist, with these headings, in a kernel tree named by FENCEBOT_LINUX.
func TestSectionsExist(t *testing.T) {
	t.Parallel()
	tree := os.Getenv("FENCEBOT_LINUX")
	if tree == "" {
		t.Skip("FENCEBOT_LINUX does not name a kernel tree")
	}
	for _, s := range sections {
		source, err := os.ReadFile(filepath.Join(tree, s.source))
		if err != nil || !strings.Contains(string(source), "\n"+s.heading+"\n") {
			t.Errorf("%s: no heading %q (%v)", s.source, s.heading, err)
		}
		if s.text == "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(tree, s.text))
		if err != nil || !strings.Contains(string(text), "DOC: fence ") {
			t.Errorf("%s: no text for %q (%v)", s.text, s.heading, err)
		}
	}
}

// Texts are short, end as sentences do, and hold nothing that a page or a mail would
// have to escape.
func TestTextsReadWell(t *testing.T) {
	t.Parallel()
	for _, r := range contract.Rules() {
		for _, text := range []string{r.Explanation, r.Advice} {
			if text != "" && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is no sentence", r.Name, text)
			}
			if n := strings.Count(text, ". ") + 1; n > 3 || len(text) > 400 {
				t.Errorf("%s: %d sentences, %d bytes; want 3 and 400 at most: %s", r.Name, n, len(text), text)
			}
			if strings.ContainsAny(text, "<>\n") || strings.Contains(text, "  ") {
				t.Errorf("%s: markup, line breaks or blanks in %q", r.Name, text)
			}
		}
	}
}

func TestRulesCannotBeChanged(t *testing.T) {
	t.Parallel()
	contract.Rules()[0].Name = "x"
	if contract.Rules()[0].Name != contract.AllocInSignalling || contract.Of(lockdep.Splat{}).Name != contract.None {
		t.Error("a caller changed the rules")
	}
}
