// SPDX-License-Identifier: MIT

package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fencebot/fencebot/internal/atomicfile"
)

// A state is the layout of the state directory; docs/operations.md lists it.
type state string

func (s state) slot(name string) string  { return filepath.Join(string(s), "slots", name) }
func (s state) warm(slot string) string  { return filepath.Join(s.slot(slot), "out") }
func (s state) layer(slot string) string { return filepath.Join(s.slot(slot), "layer") }
func (s state) ccache() string           { return filepath.Join(string(s), "ccache") }
func (s state) kernel(key string) string { return filepath.Join(string(s), "kernels", key, "vmlinux") }
func (s state) image(name string) string { return filepath.Join(string(s), "images", name+".ext2") }
func (s state) result(key string) string { return filepath.Join(string(s), "results", key+".json") }
func (s state) probes() string           { return filepath.Join(string(s), "probes") }

// newRun makes the directory of one check. Its name sorts by time.
func (s state) newRun(now time.Time) (string, error) {
	parent := filepath.Join(string(s), "runs")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("make run directory: %w", err)
	}
	dir, err := os.MkdirTemp(parent, now.UTC().Format("20060102-150405-"))
	if err != nil {
		return "", fmt.Errorf("make run directory: %w", err)
	}
	return dir, nil
}

// keyOf hashes everything that can change an answer into a name for a file.
func keyOf(parts ...any) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, p := range parts {
		if err := enc.Encode(p); err != nil {
			return "", fmt.Errorf("make cache key: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// hashFile returns the SHA-256 of a file.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashOptional is hashFile, and "" for no file.
func hashOptional(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return hashFile(path)
}

// maxResult bounds a cached result in bytes.
const maxResult = 64 << 20

// loadJSON reads a cached value. A file that is not there or cannot be read as
// one is a miss, never an error: the value is made again.
func loadJSON(path string, v any) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, maxResult)).Decode(v) == nil
}

// saveJSON writes a value so that a reader sees all of it or nothing.
func saveJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	return replaceFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// maxKept bounds a file that is taken out of a build, in bytes. A vmlinux of
// our configuration has 16 MiB.
const maxKept = 1 << 30

// keepFile copies a file to a path of ours, all of it or nothing. The file may
// be a hostile build's: a link is refused, because it could point anywhere.
func keepFile(from, to string) error {
	in, err := os.OpenFile(from, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("keep %s: %w", to, err)
	}
	defer in.Close()
	fi, err := in.Stat()
	if err != nil {
		return fmt.Errorf("keep %s: %w", to, err)
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxKept {
		return fmt.Errorf("keep %s: %s is no regular file of at most %d bytes", to, from, maxKept)
	}
	return replaceFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, io.LimitReader(in, maxKept))
		return err
	})
}

// replaceFile is atomicfile.Write in a directory that is made if need be.
func replaceFile(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.Write(path, fill)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// keepCached is how many entries a cache holds. A kernel has 16 MiB.
const keepCached = 16

// touch marks a cache entry as used now and deletes the entries of its
// directory that were not used for longest. A cache that cannot be cleaned is
// no reason to fail: the next use tries again.
func touch(entry string) {
	now := time.Now()
	if os.Chtimes(entry, now, now) != nil {
		return
	}
	dir := filepath.Dir(entry)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	used := map[string]time.Time{}
	var names []string
	for _, e := range entries {
		if fi, err := e.Info(); err == nil && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
			used[e.Name()] = fi.ModTime()
		}
	}
	slices.SortFunc(names, func(a, b string) int { return used[b].Compare(used[a]) })
	for _, name := range names[min(len(names), keepCached):] {
		os.RemoveAll(filepath.Join(dir, name))
	}
}
