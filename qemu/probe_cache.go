// SPDX-License-Identifier: MIT

package qemu

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// An answerFile keeps what Probe found out; the empty name keeps nothing.
type answerFile string

// probeCache returns the file for the answer to o. Its name holds everything
// that can change the answer: a new kernel or QEMU, a boot that may be on
// another machine, the arguments, the user.
func probeCache(o Options) answerFile {
	if o.CacheDir == "" {
		return ""
	}
	h := sha256.New()
	for _, name := range []string{"/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/osrelease"} {
		b, err := os.ReadFile(name)
		fmt.Fprintf(h, "%s %v\n", b, err)
	}
	for _, name := range []string{o.Binary, kvmDevice} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(h, "%s %d %v %v\n", name, info.Size(), info.Mode(), info.ModTime().UnixNano())
		}
	}
	fmt.Fprintln(h, machineArgs(o), os.Geteuid(), *o.User)
	return answerFile(filepath.Join(o.CacheDir, fmt.Sprintf("accel-%.8x.json", h.Sum(nil))))
}

// load returns the answer of an earlier probe, if there is one that makes sense.
func (a answerFile) load() (Accelerator, bool) {
	if a == "" {
		return Accelerator{}, false
	}
	f, err := os.Open(string(a))
	if err != nil {
		return Accelerator{}, false
	}
	defer f.Close()
	var answer Accelerator
	err = json.NewDecoder(io.LimitReader(f, 4<<10)).Decode(&answer)
	return answer, err == nil && (answer.Name == AccelKVM || answer.Name == AccelTCG)
}

// store keeps answer, whole or not at all.
func (a answerFile) store(answer Accelerator) error {
	if a == "" {
		return nil
	}
	b, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode accelerator: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(string(a)), 0o755); err != nil {
		return fmt.Errorf("make cache directory: %w", err)
	}
	return writeAtomically(string(a), func(temp string) error {
		return os.WriteFile(temp, append(b, '\n'), 0o644)
	})
}

// writeAtomically has write fill a temporary file beside path and renames it.
func writeAtomically(path string, write func(temp string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("create temporary file: %w", err)
	}
	temp := f.Name()
	defer os.Remove(temp) // gone already when all went well
	f.Close()             // empty; write opens it by name
	if err := write(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("put file in place: %w", err)
	}
	return nil
}
