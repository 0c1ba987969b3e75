// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fencebot": main})
}

// TestScript runs the program as a person would, with a state directory and a
// home of its own. Git is the real one.
func TestScript(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			program, err := exec.LookPath("fencebot") // the copy that testscript made
			if err != nil {
				return err
			}
			e.Setenv("FENCEBOT", program)
			for key, value := range map[string]string{
				"EXAMPLES": examples, "HOME": e.WorkDir, "XDG_STATE_HOME": e.WorkDir + "/state", "XDG_CONFIG_HOME": e.WorkDir + "/config",
				"GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.org",
				"GIT_COMMITTER_NAME": "C O Mitter", "GIT_COMMITTER_EMAIL": "committer@example.org",
				"GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0000",
			} {
				e.Setenv(key, value)
			}
			return os.MkdirAll(e.WorkDir+"/config", 0o755)
		},
	})
}
