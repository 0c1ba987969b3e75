// SPDX-License-Identifier: MIT

package render

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fencebot/fencebot/report"
)

// MailOptions says how a reply is addressed. With the zero value it goes to
// the author of the series, with a copy to everybody on it.
type MailOptions struct {
	From      report.Address   // default: fencebot@localhost
	To        []report.Address // default: the author
	Cc        []report.Address // default: the others on the mail that is answered
	MessageID string           // without brackets; default: made of the report, so that the same report gives the same id
	Files     Files            // named in the text
}

// Files are the names of the other forms of a report, for readers who have
// them at hand. Empty ones are not mentioned.
type Files struct {
	JSON, HTML string
}

// Mail writes the report as a reply on the list: plain text with the manners
// of kernel lists, lines ending in LF as in a file. It is marked as automatic
// (RFC 3834), so that no other program answers it.
//
// The reports of the kernel are indented by two columns: whatever a guest
// wrote, it is neither a diff, a signature nor a command to the programs that
// read the list.
func Mail(w io.Writer, r report.Report, o MailOptions) error {
	var b strings.Builder
	mailHeader(&b, r, o)
	b.WriteString("\n")
	for _, line := range mailBody(r, o.Files) {
		b.WriteString(line + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write reply mail: %w", err)
	}
	return nil
}

func mailHeader(b *strings.Builder, r report.Report, o MailOptions) {
	from := o.From
	if from.Addr == "" {
		from = report.Address{Name: "fencebot", Addr: "fencebot@localhost"}
	}
	to, cc := o.To, o.Cc
	if len(to) == 0 {
		to = []report.Address{r.Series.Author}
	}
	if cc == nil {
		cc = r.Series.Cc
	}
	add := func(name, value string) {
		if value != "" {
			headerField(b, name, value)
		}
	}
	fmt.Fprintf(b, "%s%d\n", mailHead, report.FormatVersion) // first: KindOf looks for it
	add("X-Fencebot-Verdict", encodeText(string(r.Word)))
	add("From", addressList([]report.Address{from}))
	add("To", addressList(to))
	add("Cc", addressList(without(cc, to)))
	add("Subject", encodeText(subject(r.Series)))
	add("Date", r.Date.UTC().Format(time.RFC1123Z))
	add("Message-ID", cmp.Or(messageID(o.MessageID), messageID(madeID(r))))
	add("In-Reply-To", messageID(r.Series.MessageID))
	add("References", references(r.Series.Refs, r.Series.MessageID))
	add("Auto-Submitted", "auto-replied")
	add("MIME-Version", "1.0")
	add("Content-Type", "text/plain; charset=utf-8")
	add("Content-Transfer-Encoding", "8bit")
}

// subject answers the subject as it was mailed, whatever its prefix looks like.
func subject(s report.Series) string {
	was := cmp.Or(s.Subject, s.Title, "(no subject)")
	if len(was) >= 3 && strings.EqualFold(was[:3], "re:") {
		return was
	}
	return "Re: " + was
}

// without returns the addresses that are not in the other list.
func without(list, other []report.Address) []report.Address {
	var out []report.Address
next:
	for _, a := range list {
		for _, b := range other {
			if strings.EqualFold(a.Addr, b.Addr) {
				continue next
			}
		}
		out = append(out, a)
	}
	return out
}

// madeID gives a report an id of its own.
func madeID(r report.Report) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q", r.Series.MessageID, r.Base.Commit, r.Reproduce.Tip, r.Word, r.Date.UTC().Format(time.RFC3339Nano))
	return fmt.Sprintf("%x.fencebot@localhost", h.Sum(nil)[:12])
}
