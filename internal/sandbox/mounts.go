// SPDX-License-Identifier: MIT

package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// prepareMounts gives the writable trees to the sandbox's user and measures
// them, so that the watcher knows what growth is.
func (s *Sandbox) prepareMounts(mounts []Mount, id identity, lim Limits) (*watcher, error) {
	w := &watcher{lim: lim}
	for _, m := range mounts {
		fi, err := os.Stat(m.Host)
		if err != nil {
			return nil, fmt.Errorf("mount in sandbox: %w", err)
		}
		if !m.Writable {
			if id.root && fi.IsDir() && fi.Mode()&0o005 != 0o005 {
				return nil, fmt.Errorf("mount in sandbox: mode %v of %s keeps the sandbox's user out (chmod o+rx)", fi.Mode(), m.Host)
			}
			continue
		}
		if !fi.IsDir() {
			return nil, fmt.Errorf("mount in sandbox: writable mount %s is not a directory", m.Host)
		}
		if m.Shared {
			if err := share(m.Host, id); err != nil {
				return nil, fmt.Errorf("share %s with sandboxes: %w", m.Host, err)
			}
			continue
		}
		use, err := give(m.Host, id)
		if err != nil {
			return nil, fmt.Errorf("give %s to sandbox: %w", m.Host, err)
		}
		w.add(m.Host, use)
	}
	return w, nil
}

// usage is what a tree takes on disk.
type usage struct{ bytes, files int64 }

// give makes the sandbox's user the owner of a tree, as root, and measures it.
// It goes through an os.Root and never follows a symbolic link: the tree may be
// the work of an earlier stranger.
func give(dir string, id identity) (usage, error) {
	return walk(dir, func(root *os.Root, name string, st *syscall.Stat_t) error {
		if !id.root || int(st.Uid) == id.uid && int(st.Gid) == id.gid {
			return nil
		}
		return root.Lchown(name, id.uid, id.gid)
	})
}

// share makes a directory writable for the group of shared mounts. Once: later
// files inherit the group from their directory (setgid), and the tools write
// with a umask of 002.
func share(dir string, id identity) error {
	if !id.root {
		return nil
	}
	var st syscall.Stat_t
	if err := syscall.Lstat(dir, &st); err != nil {
		return err
	}
	if st.Gid == sharedGID && st.Mode&0o2020 == 0o2020 {
		return nil
	}
	_, err := walk(dir, func(root *os.Root, name string, st *syscall.Stat_t) error {
		if name == "." || st.Mode&syscall.S_IFMT == syscall.S_IFLNK {
			return nil
		}
		return shareOne(root, name, st)
	})
	if err != nil {
		return err
	}
	// The top last: it is the mark that all below is done.
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return shareOne(root, ".", &st)
}

func shareOne(root *os.Root, name string, st *syscall.Stat_t) error {
	if err := root.Lchown(name, -1, sharedGID); err != nil {
		return err
	}
	mode := fs.FileMode(st.Mode&0o777) | 0o064
	if st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
		mode = fs.FileMode(st.Mode&0o777) | 0o075 | fs.ModeSetgid
	}
	return root.Chmod(name, mode)
}

// walk calls f for the tree below dir, dir included, and adds up what it takes.
// Files that vanish on the way are no error; a running command may do that.
func walk(dir string, f func(*os.Root, string, *syscall.Stat_t) error) (usage, error) {
	var u usage
	root, err := os.OpenRoot(dir)
	if err != nil {
		return u, err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return skipVanished(err)
		}
		fi, err := d.Info()
		if err != nil {
			return skipVanished(err)
		}
		st := fi.Sys().(*syscall.Stat_t)
		u.files++
		u.bytes += st.Blocks * 512
		if f == nil {
			return nil
		}
		return f(root, name, st)
	})
	return u, err
}

func skipVanished(err error) error {
	if os.IsNotExist(err) || os.IsPermission(err) {
		return nil
	}
	return err
}
