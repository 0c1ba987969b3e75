// SPDX-License-Identifier: MIT

package overlay

import (
	"slices"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/patch"
	"github.com/fencebot/fencebot/qemu/fencetest"
)

// What a report carries is known again, aids and all.
func TestAidsAreOurs(t *testing.T) {
	t.Parallel()
	list, err := Aids()
	if err != nil {
		t.Fatal(err)
	}
	own, ok, err := Ours(patch.Join("overlays", list))
	if err != nil || !ok || len(own) != len(list) {
		t.Errorf("Ours = %d, %v, %v; want all aids", len(own), ok, err)
	}
}

// An aid says whom it helps, annotates nothing, and applies.
func TestAids(t *testing.T) {
	t.Parallel()
	list, err := Aids()
	if err != nil || len(list) != 2 {
		t.Fatalf("Aids = %d, %v; want two", len(list), err)
	}
	for _, s := range list {
		text, err := aids.ReadFile("aids/" + s.Title + ".patch")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"Aid: " + s.Title, "Kernel: 6.12", "SPDX-License-Identifier: GPL-2.0"} {
			if !strings.Contains(string(text), "\n"+line+"\n") {
				t.Errorf("%s: no line %q", s.Title, line)
			}
		}
		if strings.Contains(string(text), "dma_fence_begin_signalling") {
			t.Errorf("%s annotates", s.Title)
		}
		_, tests, _ := strings.Cut(string(text), "\nTests: ")
		tests, _, _ = strings.Cut(tests, "\n")
		if !slices.Contains(wideBinaries(), tests) {
			t.Errorf("%s: no tests %q with the flavour wide", s.Title, tests)
		}
		o := variant{Overlay{Name: s.Title}, text}
		tree := sourceOf(t, []variant{o})
		delete(tree, "") // the old name of a new file
		if err := apply(t, tree, tree, o); err != nil {
			t.Errorf("%s: %v", s.Title, err)
		}
	}
}

func wideBinaries() []string {
	var names []string
	for _, j := range fencetest.Wide() {
		names = append(names, j.Binary)
	}
	return names
}
