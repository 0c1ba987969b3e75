// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConfigured changes one thing at a time in a configured output directory.
func TestConfigured(t *testing.T) {
	t.Parallel()
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		change func(src, out string) error
		want   bool
	}{
		"nothing":            {func(string, string) error { return nil }, true},
		"a Kconfig is newer": {func(src, _ string) error { return os.Chtimes(src+"/init/Kconfig", future, future) }, false},
		"a Kconfig is gone":  {func(src, _ string) error { return os.Remove(src + "/Kconfig.preempt") }, false},
		"another file newer": {func(src, _ string) error { return os.Chtimes(src+"/init/main.c", future, future) }, true},
		"no .config":         {func(_, out string) error { return os.Remove(out + "/.config") }, false},
		"other fragments":    {func(_, out string) error { return os.WriteFile(out+"/.config", []byte("CONFIG_A=y\n"), 0o644) }, false},
		".config is newer":   {func(_, out string) error { return os.Chtimes(out+"/.config", future, future) }, false},
		"no auto.conf":       {func(_, out string) error { return os.Remove(out + "/include/config/auto.conf") }, false},
		"lists nothing":      {func(_, out string) error { return os.WriteFile(out+"/include/config/auto.conf.cmd", nil, 0o644) }, false},
		"list is a link out": {func(_, out string) error {
			name := out + "/include/config/auto.conf.cmd"
			if err := os.Remove(name); err != nil {
				return err
			}
			return os.Symlink("/etc/passwd", name)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			src, out := filepath.Join(dir, "src"), filepath.Join(dir, "out")
			writeTree(t, src, map[string]string{"Kconfig": "", "init/Kconfig": "", "Kconfig.preempt": "", "init/main.c": ""})
			for _, name := range []string{"Kconfig", "init/Kconfig", "Kconfig.preempt"} {
				if err := os.Chtimes(filepath.Join(src, name), past, past); err != nil {
					t.Fatal(err)
				}
			}
			writeTree(t, out, map[string]string{".config": string(Fragment(Default))})
			writeTree(t, out, map[string]string{
				"include/config/auto.conf":     "",
				"include/config/auto.conf.cmd": "deps_config := \\\n\tKconfig \\\n\t/src/init/Kconfig \\\n\tKconfig.preempt\n\n$(autoconfig): $(deps_config)\n",
			})
			if err := c.change(src, out); err != nil {
				t.Fatal(err)
			}
			if got := configured(string(Fragment(Default)), src, out); got != c.want {
				t.Errorf("configured = %v; want %v", got, c.want)
			}
		})
	}
}

// FuzzCheckConfig holds that a .config can be any text, and that an error names
// symbols of our fragment only: the text of a hostile .config goes nowhere.
func FuzzCheckConfig(f *testing.F) {
	f.Add(string(Fragment(Default)))
	f.Add("CONFIG_A=\n# CONFIG_ is not set\n=\nCONFIG_")
	ours := map[string]bool{}
	for _, s := range symbols(string(Fragment(Default))) {
		ours[s] = true
	}
	f.Fuzz(func(t *testing.T, config string) {
		err, ok := errors.AsType[*ConfigError](checkConfig(string(Fragment(Default)), config))
		if !ok {
			return
		}
		for _, s := range err.Symbols {
			if !ours[s] {
				t.Errorf("symbol %q is not ours", s)
			}
		}
		if strings.ContainsRune(err.Error(), '\n') {
			t.Errorf("error of several lines: %q", err)
		}
	})
}
