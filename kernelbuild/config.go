// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// maxConfig bounds a .config; an allyesconfig has about 400 KiB.
const maxConfig = 4 << 20

// symbols gives the settings of a fragment: lines of the form CONFIG_X=v and
// "# CONFIG_X is not set".
func symbols(fragment string) []string {
	var set []string
	for line := range strings.Lines(fragment) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "CONFIG_") || strings.HasPrefix(line, "# CONFIG_") && strings.HasSuffix(line, " is not set") {
			set = append(set, line)
		}
	}
	return set
}

// checkConfig compares a fragment with a final .config. A symbol that is to be
// off may be missing there: Kconfig does not write what has no visible prompt.
func checkConfig(fragment, config string) error {
	have := map[string]string{}
	for _, line := range symbols(config) {
		if name, val, ok := strings.Cut(line, "="); ok {
			have[name] = val
		}
	}
	var bad []string
	for _, want := range symbols(fragment) {
		name, val, on := strings.Cut(want, "=")
		if !on {
			name, val = strings.Fields(want)[1], ""
		}
		if have[name] != val {
			bad = append(bad, want)
		}
	}
	if bad != nil {
		return &ConfigError{Symbols: bad}
	}
	return nil
}

// readOutput reads a regular file that a build wrote: no link is followed, a
// FIFO or device is not opened, and max is the limit.
func readOutput(dir, name string, max int64) ([]byte, error) {
	f, err := openOutput(dir, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(b)) > max {
		return nil, fmt.Errorf("read %s: more than %d bytes", name, max)
	}
	return b, err
}

// openOutput opens a regular file directly in a build's output directory.
func openOutput(dir, name string) (*os.File, error) {
	f, err := os.OpenFile(path.Join(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open build output: %w", err)
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("open build output: %s is not a regular file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// configured tells whether the output directory holds a configuration of these
// fragments that no Kconfig file of the source has outdated. It asks as make
// does: auto.conf.cmd lists the Kconfig files that were read, auto.conf is what
// must not be older.
func configured(fragment, source, output string) bool {
	config, err := readOutput(output, ".config", maxConfig)
	if err != nil || checkConfig(fragment, string(config)) != nil {
		return false
	}
	root, err := os.OpenRoot(output)
	if err != nil {
		return false
	}
	defer root.Close()
	auto, err := root.Lstat("include/config/auto.conf")
	if err != nil {
		return false
	}
	stamp, err := root.Lstat(".config")
	if err != nil || stamp.ModTime().After(auto.ModTime()) {
		return false
	}
	cmd, err := root.Lstat("include/config/auto.conf.cmd")
	if err != nil || !cmd.Mode().IsRegular() || cmd.Size() > maxConfig {
		return false
	}
	deps, err := root.ReadFile("include/config/auto.conf.cmd")
	return err == nil && kconfigUnchanged(source, string(deps), auto.ModTime())
}

// kconfigUnchanged tells whether all Kconfig files that deps names are still
// there and not newer than the time.
func kconfigUnchanged(source, deps string, since time.Time) bool {
	seen := 0
	for _, word := range strings.FieldsFunc(deps, func(r rune) bool { return strings.ContainsRune(" \t\r\n\\:=", r) }) {
		if !strings.Contains(path.Base(word), "Kconfig") {
			continue
		}
		name := strings.TrimPrefix(word, guestSource+"/")
		name = strings.TrimPrefix(name, source+"/")
		fi, err := os.Stat(path.Join(source, path.Clean("/"+name)))
		if err != nil || fi.ModTime().After(since) {
			return false
		}
		seen++
	}
	return seen > 0
}
