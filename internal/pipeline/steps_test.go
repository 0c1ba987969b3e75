// SPDX-License-Identifier: MIT

package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/fencebot/fencebot/report"
)

// What only a kernel in the middle of the series shows is told, and is no
// verdict; what the base shows as well is neither.
func TestCheckMended(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		words []string
		want  string // patch, patch that mends it
	}{
		"one patch long":  {[]string{"quiet", "a", "BUG-two", "b"}, "2 3;"},
		"two patches":     {[]string{"quiet", "BUG-two", "BUG-two a", "b"}, "1 3;"},
		"two of them":     {[]string{"quiet", "BUG-two", "BUG-three", "b"}, "1 2;2 3;"},
		"old bug mended":  {[]string{"BUG-two", "BUG-two a", "b"}, ""},
		"nothing to mend": {[]string{"quiet", "a", "b"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := setup(t, tc.words[0])
			rep, told, err := l.check(t, series(t, tc.words...))
			if err != nil || rep.Word != report.Pass || !told[StageSteps].Ended {
				t.Fatalf("check = %s (%s), %v, stages %v; want a pass with its steps tested", rep.Word, rep.Reason, err, told)
			}
			got := ""
			for _, f := range rep.Mended {
				got += fmt.Sprintf("%d %d;", f.Culprit.Patch, f.MendedBy)
			}
			if got != tc.want {
				t.Errorf("mended %q; want %q", got, tc.want)
			}
		})
	}
}

func TestStepsOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	image := func(name, text string) string {
		path := filepath.Join(dir, name)
		if text == "" {
			return ""
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tc := range map[string]struct {
		kernels []string // base, then of each prefix; "" does not build
		want    string
	}{
		"one patch":         {[]string{"base", "tip"}, "[]"},
		"two":               {[]string{"base", "a", "tip"}, "[1]"},
		"one changes none":  {[]string{"base", "base", "a", "a", "b", "tip"}, "[2 4]"},
		"one does not work": {[]string{"base", "a", "", "b", "tip"}, "[1 3]"},
		"as the tip":        {[]string{"base", "a", "tip", "tip"}, "[1]"},
		"many":              {[]string{"base", "1", "2", "3", "4", "5", "6", "7", "8", "tip"}, "[2 4 6 8]"},
	} {
		built := kernels{base: image(name+" base", tc.kernels[0])}
		for i, text := range tc.kernels[1:] {
			built.prefixes = append(built.prefixes, prefix{patch: i + 1, image: image(fmt.Sprint(name, i), text)})
		}
		built.tip = built.prefixes[len(built.prefixes)-1].image
		steps, err := stepsOf(built)
		var got []int
		for _, p := range steps {
			got = append(got, p.patch)
		}
		if err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%s: stepsOf = %v, %v; want %s", name, got, err, tc.want)
		}
	}
}
