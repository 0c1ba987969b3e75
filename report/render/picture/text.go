// SPDX-License-Identifier: MIT

package picture

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// Measures of the drawing in text, in columns. Mails are quoted and quoted again,
// and 72 is what is left of 80 for that (Documentation/process/email-clients.rst).
const (
	textWidth  = 72
	gutter     = 5                      // left of the boxes, for the arrow that goes back
	inner      = textWidth - gutter - 4 // inside of a box, without its frame
	verbWidth  = 13
	rowWidth   = inner - 1 - verbWidth
	arrowAt    = 12 // column of the arrow between two boxes
	titleLines = 2
)

// Text draws s in plain ASCII, in lines of at most 72 columns without line ends:
// Unicode's box drawing characters are not safe in mail. It returns nil if there is
// no picture of s. Names that are too long lose their middle, and bytes that are no
// printable ASCII become question marks.
func Text(s lockdep.Splat, o Options) []string {
	d := draw(s, o)
	if len(d.boxes) == 0 {
		return nil
	}
	out := wrap(ascii(d.lead), textWidth)
	out = append(out, short(ascii(d.note), textWidth, titleLines)...)
	out = append(out, "")
	for i, b := range d.boxes {
		out = append(out, d.textBox(i, b)...)
		if i < len(d.links) {
			out = append(out, d.textLink(i)...)
		}
	}
	return out
}

// textBox draws one box, with the arrow that leads back beside it.
func (d drawing) textBox(i int, b box) []string {
	edge := "+" + strings.Repeat("-", inner+2) + "+"
	if b.hot {
		edge = strings.ReplaceAll(edge, "-", "=")
	}
	out := []string{d.left(i > 0) + edge}
	for n, l := range boxLines(b) {
		left := d.left(true)
		if i == 0 && n == 0 && d.ring {
			left = "+--> "
		}
		out = append(out, fmt.Sprintf("%s| %-*s |", left, inner, l))
	}
	return append(out, d.left(true)+edge)
}

// left is the gutter: below is whether the arrow that goes back passes here.
func (d drawing) left(below bool) string {
	switch {
	case !d.ring:
		return ""
	case below:
		return "|    "
	}
	return "     "
}

// textLink draws the arrow from box i to the next one, or back to the first.
func (d drawing) textLink(i int) []string {
	label := ascii(d.links[i])
	if i == len(d.boxes)-1 {
		return []string{
			d.left(true) + strings.Repeat(" ", arrowAt-gutter) + "|  " + label,
			"+" + strings.Repeat("-", arrowAt-1) + "+",
		}
	}
	if label == "" {
		return []string{""}
	}
	pad := d.left(true)
	pad += strings.Repeat(" ", arrowAt-len(pad))
	return []string{pad + "|  " + label, pad + "v"}
}

func boxLines(b box) []string {
	title := ascii(b.title)
	if b.name != "" {
		title = b.name + ": " + title
	}
	out := short(title, inner, titleLines)
	if b.note != "" {
		out = append(out, indent(short("<- "+ascii(b.note), inner-3, titleLines), 3)...)
	}
	for _, r := range b.rows {
		out = append(out, rowLines(r)...)
	}
	return out
}

// rowLines writes a verb, the lock beside it, and below the lock what it is and
// where.
func rowLines(r row) []string {
	out := []string{fmt.Sprintf(" %-*s%s", verbWidth, r.verb, middle(ascii(r.lock), rowWidth))}
	var more []string
	if r.meaning != "" {
		more = wrap("("+r.meaning+")", rowWidth)
	}
	for _, p := range r.places {
		more = append(more, placeLines(p)...)
	}
	return append(out, indent(more, 1+verbWidth)...)
}

// placeLines writes "in function file:line <- patch 2", in two lines if it must.
func placeLines(p place) []string {
	mark := ""
	if p.patch > 0 {
		mark = fmt.Sprintf(" <- patch %d", p.patch)
	}
	head := p.word + " " + ascii(p.function)
	if p.site == "" {
		return []string{middle(head, rowWidth-len(mark)) + mark}
	}
	site := ascii(p.site)
	if len(head)+1+len(site)+len(mark) <= rowWidth {
		return []string{head + " " + site + mark}
	}
	return []string{middle(head, rowWidth), middle(site, rowWidth-len(mark)) + mark}
}

func indent(lines []string, n int) []string {
	for i := range lines {
		lines[i] = strings.Repeat(" ", n) + lines[i]
	}
	return lines
}
