// SPDX-License-Identifier: MIT

package gittree

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

// An Origin says where a line of a tested tree comes from.
type Origin struct {
	// Line is its number in the author's tree, after the last patch and without
	// overlays; 0 for a line that an overlay brings.
	Line int
	// Patch is the patch of the series that adds, changes or moves the line last;
	// 0 when the base has it, or when it is an overlay's.
	Patch int
}

// maxBlamed bounds the lines that one [Repo.Origins] asks for.
const maxBlamed = 1000

// Origins tells for lines of a file, as the tip of o with its overlays has
// them, where they come from. A line that a patch only moves counts as that
// patch's: what ran before may now run with other locks held. A file that is not
// in the tree, such as a generated one, and lines behind its end have no origin.
func (r *Repo) Origins(ctx context.Context, o OverlaidRange, file string, lines []int) (map[int]Origin, error) {
	tested, err := r.countLines(ctx, o.Tip(), file)
	if err != nil || tested == 0 {
		return nil, err
	}
	author := tested
	var overlay lineMap
	if o.Tip() != o.Range.Tip() {
		if author, err = r.countLines(ctx, o.Range.Tip(), file); err != nil {
			return nil, err
		}
		if overlay, err = r.mapLines(ctx, o.Range.Tip(), o.Tip(), file); err != nil {
			return nil, err
		}
	}
	out := map[int]Origin{}
	var ask []int
	for _, n := range lines {
		if n < 1 || n > tested || len(out) == maxBlamed {
			continue
		}
		old, ok := overlay.old(n)
		if !ok || old > author {
			out[n] = Origin{}
			continue
		}
		out[n] = Origin{Line: old}
		ask = append(ask, old)
	}
	patches, err := r.blame(ctx, o.Range, file, ask)
	if err != nil {
		return nil, err
	}
	for n, origin := range out {
		out[n] = Origin{Line: origin.Line, Patch: patches[origin.Line]}
	}
	return out, nil
}

// countLines returns the number of lines of a file in a commit, 0 when it has
// no such file. A last line without a line end counts.
func (r *Repo) countLines(ctx context.Context, commit, file string) (int, error) {
	tree, err := r.TreeID(ctx, commit)
	if err != nil {
		return 0, err
	}
	e, ok, err := r.entry(ctx, tree, file)
	if err != nil || !ok || e.Mode != patch.ModeFile && e.Mode != patch.ModeExec {
		return 0, err
	}
	data, err := r.blob(ctx, e.ID)
	if err != nil {
		return 0, err
	}
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		n++
	}
	return n, nil
}

// blame returns the patch that lines of a file at the tip of rng come from.
// Lines of the base are not in the answer. Git is not told to look for moved
// lines, see [Repo.Origins]; it follows a file that is renamed.
func (r *Repo) blame(ctx context.Context, rng Range, file string, lines []int) (map[int]int, error) {
	if len(lines) == 0 || len(rng.Commits) == 0 {
		return nil, nil
	}
	// A repository may name a file of revisions to ignore; an empty one clears that.
	args := []string{"--literal-pathspecs", "-c", "blame.ignoreRevsFile=", "blame", "--porcelain", "--first-parent", "--no-textconv"}
	lines = slices.Compact(slices.Sorted(slices.Values(lines)))
	for _, n := range lines {
		args = append(args, fmt.Sprintf("-L%d,%d", n, n))
	}
	out, err := r.git.output(ctx, append(args, rng.Base+".."+rng.Tip(), "--", file)...)
	if err != nil {
		return nil, fmt.Errorf("find the patches of %s: %w", file, err)
	}
	patches := map[string]int{}
	for _, c := range rng.Commits {
		patches[c.ID] = c.Patch
	}
	found := map[int]int{}
	for line := range strings.Lines(out) {
		id, n, ok := parseBlame(line)
		if p := patches[id]; ok && p > 0 {
			found[n] = p
		}
	}
	return found, nil
}

// parseBlame reads "COMMIT OLD NEW [COUNT]" of git blame --porcelain. Lines of
// the file begin with a tab, all others with a lower-case word.
func parseBlame(line string) (commit string, n int, ok bool) {
	f := strings.Fields(line)
	if len(f) < 3 || line[0] == '\t' || !isObjectID(f[0]) {
		return "", 0, false
	}
	n, err := strconv.Atoi(f[2])
	return f[0], n, err == nil
}
