// SPDX-License-Identifier: MIT

package gittree

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/fencebot/fencebot/patch"
)

const (
	maxObject  = 64 << 20 // bytes of a tree or commit object
	maxEntries = 200_000  // of cached trees; the kernel has 90,000 files in 6,000 directories
)

// entry walks from the tree root to path. A path below something that is no
// directory is not there.
func (r *Repo) entry(ctx context.Context, root, path string) (patch.Entry, bool, error) {
	e := patch.Entry{Mode: patch.ModeDir, ID: root}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != patch.ModeDir {
			return patch.Entry{}, false, nil
		}
		names, err := r.readTree(ctx, e.ID)
		if err != nil {
			return patch.Entry{}, false, err
		}
		var ok bool
		if e, ok = names[name]; !ok {
			return patch.Entry{}, false, nil
		}
	}
	return e, true, nil
}

// readTree returns the names in one tree object. The map is shared, nobody
// changes it.
func (r *Repo) readTree(ctx context.Context, id string) (map[string]patch.Entry, error) {
	r.mu.Lock()
	names, ok := r.trees[id]
	r.mu.Unlock()
	if ok {
		return names, nil
	}
	o, err := r.reader.read(ctx, id, maxObject)
	if err != nil {
		return nil, err
	}
	if o.kind != "tree" {
		return nil, fmt.Errorf("read tree %s: it is a %s", id, o.kind)
	}
	if names, err = parseTree(o.data, r.idLen/2); err != nil {
		return nil, fmt.Errorf("read tree %s: %w", id, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held += len(names); r.held > maxEntries {
		clear(r.trees)
		r.held = len(names)
	}
	r.trees[id] = names
	return names, nil
}

// parseTree parses a tree object: "<octal mode> <name>\0<raw id>", repeated
// (git's Documentation/gitformat-pack.txt and tree-walk.c).
func parseTree(data []byte, idBytes int) (map[string]patch.Entry, error) {
	names := map[string]patch.Entry{}
	for len(data) > 0 {
		blank := bytes.IndexByte(data, ' ')
		zero := bytes.IndexByte(data, 0)
		if blank <= 0 || zero < blank || len(data) < zero+1+idBytes {
			return nil, fmt.Errorf("damaged after %d names", len(names))
		}
		mode, err := strconv.ParseUint(string(data[:blank]), 8, 32)
		if err != nil {
			return nil, fmt.Errorf("damaged after %d names: %w", len(names), err)
		}
		names[string(data[blank+1:zero])] = patch.Entry{
			Mode: patch.Mode(mode),
			ID:   hex.EncodeToString(data[zero+1 : zero+1+idBytes]),
		}
		data = data[zero+1+idBytes:]
	}
	return names, nil
}

// blob returns the contents of a blob.
func (r *Repo) blob(ctx context.Context, id string) ([]byte, error) {
	o, err := r.reader.read(ctx, id, patch.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	if o.kind != "blob" {
		return nil, fmt.Errorf("object %s is a %s: %w", id, o.kind, patch.ErrNoBlob)
	}
	return o.data, nil
}

// findBlob completes a blob id that may be abbreviated. It is false when no
// blob or more than one fits, as git decides for an index line.
func (r *Repo) findBlob(ctx context.Context, prefix string) (string, bool, error) {
	if !isHex(prefix) || len(prefix) > r.idLen {
		return "", false, nil
	}
	ids := []string{prefix}
	if len(prefix) < r.idLen {
		out, err := r.git.output(ctx, "rev-parse", "--disambiguate="+prefix)
		if err != nil {
			return "", false, err
		}
		ids = strings.Fields(out)
	}
	found := ""
	for _, id := range ids {
		o, err := r.reader.info(ctx, id)
		if err != nil && o.kind == "" {
			return "", false, err
		}
		if o.kind != "blob" {
			continue
		}
		if found != "" {
			return "", false, nil
		}
		found = id
	}
	return found, found != "", nil
}
