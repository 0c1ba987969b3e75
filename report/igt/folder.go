// SPDX-License-Identifier: MIT

package igt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Limits on a result folder. A whole run of IGT has some 10,000 tests and a few
// megabytes of output.
const (
	MaxFile  = 32 << 20  // bytes of one file of a folder
	MaxTests = 200_000   // tests of one run, and jobs of its list
	MaxText  = 256 << 20 // bytes of output and kernel log of all tests together
)

// ErrNoFolder is the error for a directory that is no result folder of
// igt_runner.
var ErrNoFolder = errors.New("no result folder of igt_runner")

// ErrTooLarge is the error for results beyond MaxFile, MaxTests or MaxText.
var ErrTooLarge = errors.New("results are too large")

// ReadFolder reads the result folder that igt_runner left in dir. It is
// ErrNoFolder without the runner's joblist.txt and metadata.txt, and
// ErrTooLarge beyond the limits. Symbolic links, pipes and devices in a folder
// are refused.
func ReadFolder(dir string) (Results, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Results{}, fmt.Errorf("open result folder: %w", err)
	}
	defer root.Close()
	f := folder{root}
	r, err := f.read()
	if err != nil {
		return Results{}, fmt.Errorf("result folder %s: %w", dir, err)
	}
	return r, nil
}

// A folder reads the files of a stranger's directory.
type folder struct{ root *os.Root }

// file returns what a file holds, and nothing when there is none.
func (f folder) file(name string) (data []byte, found bool, err error) {
	if fi, err := f.root.Lstat(name); err == nil && !fi.Mode().IsRegular() {
		return nil, false, fmt.Errorf("%s is no regular file", name)
	}
	// Between the two calls the file may have become a pipe; that must not hang.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > MaxFile {
		return nil, false, fmt.Errorf("%s has more than %d bytes: %w", name, MaxFile, ErrTooLarge)
	}
	return data, true, nil
}

// must is file for those without which a folder is none of the runner's.
func (f folder) must(name string) ([]byte, error) {
	data, found, err := f.file(name)
	if err == nil && !found {
		err = fmt.Errorf("there is no %s: %w", name, ErrNoFolder)
	}
	return data, err
}

func (f folder) read() (Results, error) {
	meta, err := f.must("metadata.txt")
	if err != nil {
		return Results{}, err
	}
	list, err := f.must("joblist.txt")
	if err != nil {
		return Results{}, err
	}
	jobs, err := parseJobs(string(list))
	if err != nil {
		return Results{}, err
	}
	run := run{settings: parseSettings(string(meta)), res: newResults()}
	if err := f.head(&run.res); err != nil {
		return Results{}, err
	}
	run.res.Name = utf8Text(run.settings.name)
	for i, j := range jobs {
		if err := f.job(&run, strconv.Itoa(i), j); err != nil {
			return Results{}, err
		}
	}
	if err := f.aborted(&run); err != nil {
		return Results{}, err
	}
	return run.finish(), nil
}

// head reads what describes the whole run.
func (f folder) head(r *Results) error {
	text := map[string]string{}
	for _, name := range []string{"uname.txt", "starttime.txt", "endtime.txt"} {
		data, _, err := f.file(name)
		if err != nil {
			return err
		}
		text[name] = strings.TrimSuffix(string(data), "\n")
	}
	r.Uname = utf8Text(text["uname.txt"])
	r.Elapsed = span(number(text["starttime.txt"]), number(text["endtime.txt"]))
	return nil
}

// job reads the folder of one job, if it has one.
func (f folder) job(run *run, name string, j job) error {
	fi, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if tests := run.notRun(j); len(tests) > 0 {
			return run.add(j, tests)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if !fi.IsDir() {
		return fmt.Errorf("%s is no directory", name)
	}
	var in files
	for _, part := range []struct {
		file string
		data *[]byte
	}{{"journal.txt", &in.journal}, {"out.txt", &in.out}, {"err.txt", &in.err}, {"dmesg.txt", &in.dmesg}} {
		if *part.data, _, err = f.file(name + "/" + part.file); err != nil {
			return err
		}
	}
	comms, _, err := f.file(name + "/comms")
	if err != nil {
		return err
	}
	return run.parse(j, in.fromComms(comms))
}

// files are those of one job. A file that is missing is empty.
type files struct {
	journal, out, err, dmesg []byte
	version                  string          // of IGT, when no output says it
	forced                   map[string]Word // results that the runner decided; "" is the binary's
}

// aborted adds the test that stands for a run that was given up.
func (f folder) aborted(run *run) error {
	data, found, err := f.file("aborted.txt")
	if err != nil || !found {
		return err
	}
	t := Test{Name: "igt@runner@aborted", Result: Fail, Out: utf8Text(upToNUL(string(data)))}
	return run.add(job{binary: "runner"}, []Test{t})
}
