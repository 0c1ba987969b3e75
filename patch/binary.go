// SPDX-License-Identifier: MIT

package patch

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // git's object ids, not our choice
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// applyBinary follows apply_binary in git's apply.c: the index line must give
// both ids in full, the file must be exactly the old blob, and the result
// exactly the new one. A new blob that the repository has already is taken
// from there. Why it does not fit is a [*ConflictError] without patch and file.
func applyBinary(ctx context.Context, t Tree, f *fileDiff, data []byte) ([]byte, error) {
	oldID, newID := f.git.OldOIDPrefix, f.git.NewOIDPrefix
	if !isFullID(oldID) || !isFullID(newID) || len(oldID) != len(newID) {
		return nil, &ConflictError{Reason: "binary change without full blob ids on its index line"}
	}
	if f.oldName != "" && BlobID(data, len(oldID)) != oldID {
		return nil, &ConflictError{Reason: "binary file is not the one that was changed"}
	}
	if f.oldName == "" && len(data) > 0 {
		return nil, &ConflictError{Reason: "new binary file is not empty"}
	}
	if strings.Trim(newID, "0") == "" {
		return nil, nil // deleted
	}
	have, err := t.Blob(ctx, newID)
	if !errors.Is(err, ErrNoBlob) {
		return have, err
	}
	if f.git.BinaryFragment == nil {
		return nil, &ConflictError{Reason: "binary change without its data"}
	}
	out, err := inflate(f.git.BinaryFragment, data)
	if err != nil {
		return nil, &ConflictError{Reason: "damaged binary change: " + err.Error()}
	}
	if BlobID(out, len(newID)) != newID {
		return nil, &ConflictError{Reason: "binary change gives other contents than its index line says"}
	}
	return out, nil
}

func inflate(frag *gitdiff.BinaryFragment, data []byte) ([]byte, error) {
	var out bytes.Buffer
	applier := gitdiff.NewBinaryApplier(&out, bytes.NewReader(data), gitdiff.WithMaxBinaryFragmentBytes(MaxFileBytes))
	if err := applier.ApplyFragment(frag); err != nil {
		return nil, err
	}
	return out.Bytes(), applier.Close()
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// isFullID reports a whole object id, of SHA-1 or SHA-256 repositories.
func isFullID(s string) bool {
	return (len(s) == 2*sha1.Size || len(s) == 2*sha256.Size) && isHex(s)
}

// BlobID returns the id of a git blob with these contents. hexLen is the length
// of ids in the repository: 40 for SHA-1, 64 for SHA-256.
func BlobID(data []byte, hexLen int) string {
	var h hash.Hash = sha1.New() //nolint:gosec // git's object ids
	if hexLen == 2*sha256.Size {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
