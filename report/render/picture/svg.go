// SPDX-License-Identifier: MIT

package picture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

// ErrNone says that there is no picture of a report, see [Has].
var ErrNone = errors.New("picture: the report has no locks to draw")

// Measures of the drawing in SVG, in pixels.
const (
	svgWidth  = 760
	boxLeft   = 64 // room for the arrow that goes back
	boxWidth  = svgWidth - boxLeft - 24
	textLeft  = boxLeft + 18
	lockLeft  = textLeft + 106
	titleSize = 22 // height of a line of a title
	lineSize  = 19 // height of a line of a row
	rowGap    = 9
	boxPad    = 14
	linkSize  = 46 // height of the arrow between two boxes
	backAt    = 28 // where the arrow goes back
	downAt    = boxLeft + 60
	topMargin = 20

	titleCols = 68 // characters of the title that fit into a box, counted generously
	lockCols  = 62 // and of the font of locks, right of the verb
	leadCols  = 80
)

// Colours: Okabe and Ito's set, which people with any kind of colour blindness can
// tell apart; each also has a word or a line style of its own. The background is
// part of the picture, so that it can be read on a dark page as well.
const (
	paper     = "#ffffff"
	ink       = "#1f2328"
	faint     = "#57606a"
	frame     = "#8c959f"
	oldHead   = "#eef1f4"
	hotHead   = "#fdeee3"
	hot       = "#b84a00" // the culprit
	fenceFill = "#fff3bf"
	fenceLine = "#8a6100"
	holdLine  = "#00588f"
)

// SVG draws s as one SVG element to w, without scripts, styles, links, ids or
// references to anything outside, so that it can stand in a page or in a file. It
// returns [ErrNone] if there is no picture of s.
func SVG(w io.Writer, s lockdep.Splat, o Options) error {
	d := draw(s, o)
	if len(d.boxes) == 0 {
		return ErrNone
	}
	p := &canvas{y: topMargin}
	p.lead(d)
	top := 0
	for i, b := range d.boxes {
		middle := p.box(b)
		if i == 0 {
			top = middle
		}
		if i < len(d.links) {
			p.link(d, i, top)
		}
	}
	height := p.y + topMargin
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n",
		svgWidth, height, svgWidth, height) +
		"<title>" + escape("Who waits for whom: "+latin(d.lead)) + "</title>\n" +
		fmt.Sprintf(`<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", svgWidth, height, paper)
	if _, err := io.WriteString(w, head+p.out.String()+"</svg>\n"); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// A canvas is an SVG that grows downwards.
type canvas struct {
	out bytes.Buffer
	y   int // where the next thing begins
}

func (p *canvas) lead(d drawing) {
	for _, l := range wrap(latin(d.lead), leadCols) {
		p.y += titleSize
		p.text(24, p.y-6, l, textStyle{size: 15, bold: true})
	}
	for _, l := range short(latin(d.note), leadCols, titleLines) {
		p.y += titleSize
		p.text(24, p.y-6, l, textStyle{size: 14, bold: true, fill: hot})
	}
	p.y += boxPad
}

// box draws a box and returns the middle of its first line.
func (p *canvas) box(b box) int {
	start, inside := p.y, &canvas{y: p.y + boxPad}
	first := inside.y + titleSize/2
	inside.title(b)
	headEnd := inside.y
	inside.y += rowGap
	for _, r := range b.rows {
		inside.row(r)
	}
	if len(b.rows) == 0 {
		inside.y -= rowGap
	}
	line, width, head, dash := frame, 1, oldHead, ""
	if b.hot {
		line, width, head = hot, 3, hotHead
	}
	if b.name == "" {
		dash = ` stroke-dasharray="6 4"`
	}
	height := inside.y - start
	p.put(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s"/>`, boxLeft, start, boxWidth, height, paper)
	p.put(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s"/>`, boxLeft, start, boxWidth, headEnd-start, head)
	p.put(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="none" stroke="%s" stroke-width="%d"%s/>`,
		boxLeft, start, boxWidth, height, line, width, dash)
	p.out.Write(inside.out.Bytes())
	p.y = inside.y
	return first
}

func (p *canvas) title(b box) {
	title := latin(b.title)
	if b.name != "" {
		title = b.name + ": " + title
	}
	for _, l := range short(title, titleCols, titleLines) {
		p.y += titleSize
		p.text(textLeft, p.y-7, l, textStyle{size: 15, bold: true})
	}
	for _, l := range short(latin(b.note), titleCols, titleLines) {
		p.y += titleSize
		p.text(textLeft, p.y-7, l, textStyle{size: 14, bold: true, fill: hot})
	}
	p.y += boxPad / 2
}

// row draws a verb, and right of it the lock, what it is and where. The row of the
// annotated section has a ground and a bar of its own.
func (p *canvas) row(r row) {
	start, inside := p.y, &canvas{y: p.y}
	color := holdLine
	if r.waits {
		color = hot
	}
	inside.y += lineSize
	inside.text(textLeft, inside.y-5, latin(r.verb), textStyle{size: 14, fill: color, bold: r.waits})
	inside.text(lockLeft, inside.y-5, middle(latin(r.lock), lockCols), textStyle{size: 14, bold: true, mono: true})
	if r.meaning != "" {
		for _, l := range wrap(latin(r.meaning), lockCols) {
			inside.y += lineSize
			inside.text(lockLeft, inside.y-5, l, textStyle{size: 13, fill: faint, italic: true})
		}
	}
	for _, at := range r.places {
		inside.place(at)
	}
	if r.fence {
		p.put(`<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, boxLeft+6, start-3, boxWidth-12, inside.y-start+7, fenceFill)
		p.put(`<rect x="%d" y="%d" width="5" height="%d" fill="%s"/>`, boxLeft+6, start-3, inside.y-start+7, fenceLine)
	}
	p.out.Write(inside.out.Bytes())
	p.y = inside.y + rowGap
}

// place writes "in function  file:line  <- patch 2".
func (p *canvas) place(at place) {
	style := textStyle{size: 13, mono: true, fill: faint}
	mark := ""
	if at.patch > 0 {
		style.fill, style.bold, mark = hot, true, fmt.Sprintf("  <- patch %d", at.patch)
	}
	head, site := at.word+" "+latin(at.function), latin(at.site)
	lines := []string{head + "  " + site}
	switch {
	case site == "":
		lines = []string{head}
	case len([]rune(lines[0]))+len(mark) > lockCols:
		lines = []string{head, site}
	}
	for i, l := range lines {
		l = middle(l, lockCols-len(mark))
		if i == len(lines)-1 {
			l += mark
		}
		p.y += lineSize
		p.text(lockLeft, p.y-5, l, style)
	}
}

// link draws the arrow from box i to the next one, or the one that goes back to
// the first box, whose first line is at top.
func (p *canvas) link(d drawing, i, top int) {
	label := latin(d.links[i])
	color, width := faint, 2
	if d.boxes[i].hot {
		color, width = hot, 3
	}
	from := p.y
	if i < len(d.boxes)-1 {
		p.y += linkSize
		if label == "" {
			p.y -= linkSize / 2
			return
		}
		p.put(`<path d="M%d %dV%d" stroke="%s" stroke-width="%d" fill="none"/>`, downAt, from, p.y-8, color, width)
		p.put(`<path d="M%d %dl-6 -11h12z" fill="%s"/>`, downAt, p.y-1, color)
		p.text(downAt+16, from+linkSize/2+5, label, textStyle{size: 14, bold: true, fill: color})
		return
	}
	p.y += linkSize/2 + 6
	p.put(`<path d="M%d %dV%dH%dV%dH%d" stroke="%s" stroke-width="%d" fill="none" stroke-linejoin="round"/>`,
		downAt, from, p.y, backAt, top, boxLeft-9, color, width)
	p.put(`<path d="M%d %dl-11 -6v12z" fill="%s"/>`, boxLeft-2, top, color)
	p.text(downAt+16, p.y-6, label, textStyle{size: 14, bold: true, fill: color})
}

// A textStyle is how a text looks. The zero fill is ink.
type textStyle struct {
	size               int
	fill               string
	bold, italic, mono bool
}

func (p *canvas) text(x, y int, s string, t textStyle) {
	family, more := "system-ui, sans-serif", ""
	if t.mono {
		family = "ui-monospace, monospace"
	}
	if t.bold {
		more += ` font-weight="600"`
	}
	if t.italic {
		more += ` font-style="italic"`
	}
	if t.fill == "" {
		t.fill = ink
	}
	p.put(`<text x="%d" y="%d" font-family="%s" font-size="%d" fill="%s"%s xml:space="preserve">%s</text>`,
		x, y, family, t.size, t.fill, more, escape(s))
}

func (p *canvas) put(format string, args ...any) {
	fmt.Fprintf(&p.out, format+"\n", args...)
}

// escape makes s text of an element.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}
