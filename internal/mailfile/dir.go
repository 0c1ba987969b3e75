// SPDX-License-Identifier: MIT

package mailfile

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/mail"
)

// openDir reads a maildir or a directory of patch files. The limits of a mailbox
// hold for the whole directory.
func openDir(ctx context.Context, dir string) ([]*mail.Message, error) {
	names, err := mailNames(dir)
	if err != nil {
		return nil, err
	}
	lim := mail.Limits{}.WithDefaults()
	var msgs []*mail.Message
	for _, name := range names {
		got, size, err := openEntry(ctx, name, lim)
		if err != nil {
			return nil, err
		}
		msgs = append(msgs, got...)
		if lim.Mailbox, lim.Count = lim.Mailbox-size, lim.Count-len(got); lim.Mailbox <= 0 || lim.Count <= 0 {
			full := mail.Limits{}.WithDefaults()
			return nil, fmt.Errorf("read %s: %w", dir, &mail.LimitError{What: "directory", Limit: full.Mailbox,
				Unit: fmt.Sprintf("bytes or %d mails", full.Count), Hint: "pass only the files of the series"})
		}
	}
	return msgs, nil
}

// openEntry reads one file of a directory and returns its size, too.
func openEntry(ctx context.Context, name string, lim mail.Limits) ([]*mail.Message, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("open mail: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("open mail: %w", err)
	}
	msgs, err := read(ctx, name, f, lim)
	return msgs, info.Size(), err
}

// mailNames lists the files of a directory that are mails, in the order in
// which they are to be read.
func mailNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	if isMaildir(entries) {
		return maildirNames(dir)
	}
	var names []string
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".patch", ".eml", ".mbox", ".mbx":
			if e.Type().IsRegular() {
				names = append(names, filepath.Join(dir, e.Name()))
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read directory %s: %w: neither a maildir nor *.patch files (%d other entries); "+
			"make patches with git format-patch -o %s", dir, ErrNoMails, len(entries), dir)
	}
	return names, nil
}

// isMaildir reports whether both of a maildir's directories for mails are there.
func isMaildir(entries []os.DirEntry) bool {
	found := 0
	for _, e := range entries {
		if e.IsDir() && (e.Name() == "cur" || e.Name() == "new") {
			found++
		}
	}
	return found == 2
}

// maildirNames lists the mails of a maildir by their unique names, which begin
// with the time of delivery, whether they have been seen or not.
func maildirNames(dir string) ([]string, error) {
	var names []string
	for _, sub := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			return nil, fmt.Errorf("read maildir: %w", err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				names = append(names, filepath.Join(dir, sub, e.Name()))
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read maildir %s: %w: cur and new are empty", dir, ErrNoMails)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(filepath.Base(a), filepath.Base(b)), cmp.Compare(a, b))
	})
	return names, nil
}
