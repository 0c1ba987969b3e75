// SPDX-License-Identifier: MIT

package igt

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files of this package")

// TestReadFolder reads folders written after the runner's format. Their
// results.json are checked by hand.
func TestReadFolder(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob(filepath.Join("testdata", "folder", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no folders: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			r, err := ReadFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join(dir, "results.json")
			got := written(t, r)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("%s differs; look at it with -update and git diff", golden)
				compare(t, "", values(t, want), values(t, got))
			}
		})
	}
}

// least is the least that makes a directory a result folder of one job.
func least(job string) map[string]string {
	return map[string]string{"metadata.txt": "name : x\n", "joblist.txt": job + "\n"}
}

// folderOf writes files into a directory.
func folderOf(t *testing.T, files ...map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range files {
		for name, text := range m {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestReadFolderRefuses(t *testing.T) {
	t.Parallel()
	link := func(dir, name string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, name)) }
	pipe := func(dir, name string) error { return syscall.Mkfifo(filepath.Join(dir, name), 0o600) }
	tests := map[string]struct {
		files map[string]string
		plant func(dir, name string) error
		name  string
		want  error  // nil: any
		text  string // of the error
	}{
		"an empty directory":  {want: ErrNoFolder, text: "no metadata.txt"},
		"no job list":         {files: map[string]string{"metadata.txt": ""}, want: ErrNoFolder, text: "no joblist.txt"},
		"a link for a list":   {files: map[string]string{"metadata.txt": ""}, plant: link, name: "joblist.txt", text: "no regular file"},
		"a pipe for uname":    {files: least("a"), plant: pipe, name: "uname.txt", text: "no regular file"},
		"a pipe for a folder": {files: least("a"), plant: pipe, name: "0", text: "no directory"},
		"a link for a folder": {files: least("a"), plant: func(dir, name string) error { return os.Symlink("/", filepath.Join(dir, name)) }, name: "0", text: "no directory"},
		"a folder for a file": {files: least("a"), plant: func(dir, name string) error { return os.MkdirAll(filepath.Join(dir, name), 0o755) }, name: "0/out.txt", text: "no regular file"},
		"a large file": {files: least("a"), plant: func(dir, name string) error {
			f, err := os.Create(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			return errors.Join(f.Truncate(MaxFile+1), f.Close())
		}, name: "aborted.txt", want: ErrTooLarge},
		"many jobs":  {files: least(strings.Repeat("a\n", MaxTests+1)), want: ErrTooLarge},
		"many names": {files: least("a " + strings.Repeat("b,", MaxTests)), want: ErrTooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folderOf(t, tt.files)
			if tt.plant != nil {
				if err := tt.plant(dir, tt.name); err != nil {
					t.Fatal(err)
				}
			}
			_, err := ReadFolder(dir)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("ReadFolder = %v; want %v with %q", err, tt.want, tt.text)
			}
		})
	}
	if _, err := ReadFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such directory: %v", err)
	}
}

// FuzzLists: metadata and job list are read whatever they hold.
func FuzzLists(f *testing.F) {
	f.Add("name : x\nprune_mode : 3\npiglit_style_dmesg : 1\n", "a b,c\nd\n")
	f.Add("dmesg_warn_level : -7\n : \n", " \n a  b, ,c \n\x00")
	f.Fuzz(func(t *testing.T, meta, list string) {
		if s := parseSettings(meta); s.warnLevel < 0 {
			t.Errorf("level %d", s.warnLevel)
		}
		jobs, err := parseJobs(list)
		if err != nil && !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
		for _, j := range jobs {
			if name := j.name(""); name == "igt@" || !utf8.ValidString(name) {
				t.Errorf("a job is %q", name)
			}
		}
	})
}
