// SPDX-License-Identifier: MIT

package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
)

// Ours around the author's section would hide that it is never ended.
func TestChooseOverlays(t *testing.T) {
	t.Parallel()
	const begin, end = "x = dma_fence_begin_signalling();", "dma_fence_end_signalling(x);"
	for name, test := range map[string]struct {
		words   []string // of the base, and after each patch
		touches string   // file of our overlay
		want    []string // titles of overlays
	}{
		"no annotation":      {[]string{"a", "b"}, "core.c", []string{"user's", "ours"}},
		"a begin":            {[]string{"a", begin}, "core.c", []string{"user's"}},
		"an end more":        {[]string{begin + end, begin + end + " " + end}, "core.c", []string{"user's"}},
		"one is removed":     {[]string{end, "a"}, "core.c", []string{"user's"}},
		"one comes and goes": {[]string{"a", begin, "b"}, "core.c", []string{"user's", "ours"}},
		"another driver's":   {[]string{"a", begin}, "other/core.c", []string{"user's", "ours"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, test.words[0])
			rng, err := l.repo.Apply(t.Context(), l.base, *series(t, test.words...))
			if err != nil {
				t.Fatal(err)
			}
			k := &check{req: Request{
				Repo:        l.repo,
				Overlays:    []patch.Series{overlayOf("user's", "core.c")},
				Annotations: []patch.Series{overlayOf("ours", test.touches), overlayOf("ours", test.touches)}, // two variants
			}}
			left, err := k.chooseOverlays(t.Context(), rng)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range k.overlays {
				got = append(got, s.Title)
			}
			if got = slices.Compact(got); !slices.Equal(got, test.want) {
				t.Errorf("overlays %q, want %q", got, test.want)
			}
			if gone := 2 - len(test.want); len(left) != gone || gone > 0 && !strings.Contains(left[0].Why, "the series changes annotations") {
				t.Errorf("left out: %+v", left)
			}
		})
	}
}

func overlayOf(title, file string) patch.Series {
	return patch.Series{Title: title, Patches: []patch.Patch{{Number: 1, Diff: "diff --git a/" + file + " b/" + file + "\n--- a/" + file + "\n+++ b/" + file + "\n"}}}
}
