// SPDX-License-Identifier: MIT

package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A Spec is one command and all that it may touch.
type Spec struct {
	Argv   []string  // program and arguments; the program is looked up in the PATH of Env
	Dir    string    // working directory as the command sees it; default "/"
	Env    []string  // the whole environment, "KEY=value"; nothing is inherited
	Mounts []Mount   // in this order, so that a later one can lie in an earlier one
	Limits Limits    // zero fields take the defaults of Limits
	Stdout io.Writer // default: discarded
	Stderr io.Writer // default: discarded; may equal Stdout
}

// A Mount shows a directory or file of the host to the command.
type Mount struct {
	Host     string // absolute path on the host
	Guest    string // absolute, clean path inside
	Writable bool   // as root: the tree is given to the sandbox's uid first
	// Shared makes a Writable directory common to all sandboxes that may write
	// it: they get its group instead of the tree changing owner each time.
	// Meant for a compiler cache, which is large and is used by many at once.
	Shared bool
}

// Limits are what a command may take. A zero field means the default, a
// negative one no limit.
type Limits struct {
	Procs        int64         // processes and threads (RLIMIT_NPROC); default 512
	FileBytes    int64         // one file (RLIMIT_FSIZE); default 2 GiB
	AddressSpace int64         // one process (RLIMIT_AS); default 8 GiB
	Files        int64         // open files of one process (RLIMIT_NOFILE); default 4096
	DiskBytes    int64         // growth of all writable mounts that are not Shared; default 4 GiB
	DiskFiles    int64         // growth of their number of files; default 200,000
	TmpBytes     int64         // size of /tmp (a tmpfs, so it is memory); default 1 GiB, never unlimited
	Wall         time.Duration // from start to end; default 1 hour
}

// withDefaults fills the zero fields.
func (l Limits) withDefaults() Limits {
	l.Procs = cmp.Or(l.Procs, 512)
	l.FileBytes = cmp.Or(l.FileBytes, 2<<30)
	l.AddressSpace = cmp.Or(l.AddressSpace, 8<<30)
	l.Files = cmp.Or(l.Files, 4096)
	l.DiskBytes = cmp.Or(l.DiskBytes, 4<<30)
	l.DiskFiles = cmp.Or(l.DiskFiles, 200_000)
	l.TmpBytes = cmp.Or(max(l.TmpBytes, 0), 1<<30)
	l.Wall = cmp.Or(l.Wall, time.Hour)
	return l
}

// reserved are the guest paths that the sandbox makes itself.
var reserved = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/dev", "/tmp", "/sys"}

// validate tells what is wrong with a spec before anything is started.
func (s *Spec) validate() error {
	var errs []error
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		errs = append(errs, errors.New("no command"))
	}
	if s.Dir != "" && !path.IsAbs(s.Dir) {
		errs = append(errs, fmt.Errorf("directory %q is not absolute", s.Dir))
	}
	for _, arg := range append(append([]string{s.Dir}, s.Argv...), s.Env...) {
		if strings.ContainsRune(arg, 0) {
			errs = append(errs, fmt.Errorf("NUL in %q", arg))
		}
	}
	for _, kv := range s.Env {
		if i := strings.IndexByte(kv, '='); i < 1 {
			errs = append(errs, fmt.Errorf("environment entry %q is not KEY=value", kv))
		}
	}
	for _, m := range s.Mounts {
		errs = append(errs, m.validate())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("check sandbox spec: %w", err)
	}
	return nil
}

func (m Mount) validate() error {
	if !filepath.IsAbs(m.Host) {
		return fmt.Errorf("mount of %q: host path is not absolute", m.Host)
	}
	if !path.IsAbs(m.Guest) || path.Clean(m.Guest) != m.Guest || m.Guest == "/" {
		return fmt.Errorf("mount of %q: guest path %q is not absolute and clean", m.Host, m.Guest)
	}
	if m.Shared && !m.Writable {
		return fmt.Errorf("mount of %q: shared but not writable", m.Host)
	}
	for _, r := range reserved {
		if m.Writable && (m.Guest == r || strings.HasPrefix(m.Guest, r+"/")) {
			return fmt.Errorf("mount of %q: %s is the sandbox's own", m.Host, r)
		}
	}
	return nil
}
