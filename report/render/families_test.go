// SPDX-License-Identifier: MIT

package render

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/lockdep"
)

// logDirs hold the logs that the packages below are tested with, those of real
// kernels first.
var logDirs = []string{"../contract/testdata/logs", "../contract/testdata/families", "../lockdep/testdata"}

// TestFamilies prints the mail for the first log of each family. A family
// without a log has no mail that anybody has looked at.
func TestFamilies(t *testing.T) {
	t.Parallel()
	all := map[lockdep.Family]lockdep.Splat{}
	for _, dir := range logDirs {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".log") {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			splats, err := lockdep.All(f, lockdep.Options{})
			if len(splats) > 0 && all[splats[0].Family].Family == "" {
				all[splats[0].Family] = splats[0]
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for family, s := range all {
		t.Run(string(family), func(t *testing.T) {
			t.Parallel()
			s.Subtest = "fence_vkms@commit"
			base := report.Run{Boots: []report.Boot{up()}, Cases: cases("pass", "pass", "pass", "pass", "pass")}
			patched := report.Run{Boots: []report.Boot{up(s)}, Cases: base.Cases}
			v := report.Compare(report.Evidence{Base: base, Patched: patched, Replays: []report.Replay{{Run: base}}, Patches: 3,
				Culprits: map[string]report.Culprit{s.Signature: {Patch: 2, Why: "the kernel up to patch 1 does not show it, the one up to patch 2 does", File: "drivers/gpu/drm/vkms/vkms_crtc.c", Line: 210}}})
			var b bytes.Buffer
			if err := Mail(&b, sample(v), MailOptions{Files: Files{JSON: "out/report.json", HTML: "out/report.html"}}); err != nil {
				t.Fatal(err)
			}
			_, body, _ := strings.Cut(b.String(), "\n\n")
			body, _, _ = strings.Cut(body, "How to reproduce:")
			golden(t, filepath.Join("testdata", "families", string(family)+".txt"), []byte(body))
		})
	}
}
