// SPDX-License-Identifier: MIT

package expect

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/fencebot/fencebot/report/igt"
)

// Limits on one list. The kernel's largest has a few hundred entries.
const (
	MaxBytes   = 1 << 20 // of a file
	MaxEntries = 10_000
	MaxName    = 512 // bytes of a test's name and of a pattern
)

// ErrNoLists is the error of ReadDir for a directory without any list of the
// driver.
var ErrNoLists = errors.New("no expectation lists")

// A LineError is a line of a list that cannot be used.
type LineError struct {
	List string // fails, flakes or skips
	Line int    // from 1
	Why  string
}

// Error names the list and the line.
func (e *LineError) Error() string { return fmt.Sprintf("%s, line %d: %s", e.List, e.Line, e.Why) }

// Lists are the expectations for one driver. The zero value expects every test
// to pass.
type Lists struct {
	fails  map[string]Fail // by folded name
	order  []Fail
	flakes map[string]Flake
	skips  []Skip
}

// A Fail is a test that fails today.
type Fail struct {
	Name   string   // as the list has it: binary, binary@subtest or binary@subtest@dynamic
	Result igt.Word // Fail, Crash or Timeout
	Line   int
}

// A Flake is a test that goes both ways, with the record above it. What the
// record leaves out is "".
type Flake struct {
	Name   string
	Board  string
	Report string // link to the mail to the driver's maintainers
	Rate   string // of failures, in percent
	IGT    string // version
	Linux  string // version
	Line   int
}

// A Skip is a pattern of tests that must not run.
type Skip struct {
	Pattern string
	Why     string // first line of the comment in its paragraph, at most MaxName bytes
	Line    int
	re      *regexp.Regexp
}

// Sources are the lists to parse; nil is an empty list.
type Sources struct {
	Fails, Flakes, Skips io.Reader
}

// Parse reads lists. A line that cannot be used, or one list beyond the limits,
// is a *LineError; any other error is that of a reader.
func Parse(s Sources) (*Lists, error) {
	l := &Lists{fails: map[string]Fail{}, flakes: map[string]Flake{}}
	for _, list := range []struct {
		name string
		in   io.Reader
		take func(entry) string
	}{{"fails", s.Fails, l.fail}, {"flakes", s.Flakes, l.flake}, {"skips", s.Skips, l.skip}} {
		if list.in == nil {
			continue
		}
		entries, err := read(list.name, list.in)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if why := list.take(e); why != "" {
				return nil, &LineError{list.name, e.line, why}
			}
		}
	}
	return l, nil
}

// ReadDir reads DRIVER-none-fails.txt, -flakes.txt and -skips.txt of a
// directory, as the kernel names them; "none" stands where other drivers have
// the name of a chip. A "-" in the driver's name is the same as a "_". A list
// that is missing is empty; when all are, it is ErrNoLists. Symbolic links out
// of the directory and anything that is no regular file are refused.
func ReadDir(dir, driver string) (*Lists, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open expectations: %w", err)
	}
	defer root.Close()
	driver = strings.ReplaceAll(driver, "-", "_")
	var s Sources
	found := false
	for _, list := range []struct {
		name string
		to   *io.Reader
	}{{"fails", &s.Fails}, {"flakes", &s.Flakes}, {"skips", &s.Skips}} {
		text, err := readList(root, driver+"-none-"+list.name+".txt")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read expectations for %s: %w", driver, err)
		}
		*list.to, found = strings.NewReader(text), true
	}
	if !found {
		return nil, fmt.Errorf("%w for %s in %s", ErrNoLists, driver, dir)
	}
	l, err := Parse(s)
	if err != nil {
		return nil, fmt.Errorf("expectations for %s: %w", driver, err)
	}
	return l, nil
}

// readList reads one regular file, one byte beyond the limit at most.
func readList(root *os.Root, name string) (string, error) {
	// A pipe must not hang: opened so, it does not, and then it is seen.
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		return "", errors.Join(err, fmt.Errorf("%s is no regular file", name))
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	return string(text), err
}
