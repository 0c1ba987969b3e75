// SPDX-License-Identifier: MIT

package patch_test

import (
	"context"
	"fmt"

	"github.com/fencebot/fencebot/patch"
)

// oneFile is the smallest tree there is.
type oneFile struct{ path, data string }

func (f oneFile) Entry(_ context.Context, path string) (patch.Entry, bool, error) {
	return patch.Entry{Mode: patch.ModeFile, Data: []byte(f.data)}, path == f.path, nil
}

func (f oneFile) Blob(context.Context, string) ([]byte, error) { return nil, patch.ErrNoBlob }

// A hunk that has moved is found by its whole context, never by part of it.
func ExampleDiff_Apply() {
	d, err := patch.ParseDiff(patch.Patch{Number: 1, Diff: `diff --git a/fence.c b/fence.c
--- a/fence.c
+++ b/fence.c
@@ -2,3 +2,3 @@
 	lock();
-	wait();
+	signal();
 	unlock();
`})
	if err != nil {
		fmt.Println(err)
		return
	}
	tree := oneFile{"fence.c", "new line\nnew line\nvoid f()\n\tlock();\n\twait();\n\tunlock();\n}\n"}
	changes, err := d.Apply(context.Background(), tree)
	fmt.Printf("%s: %q %v\n", changes[0].Path, changes[0].Entry.Data, err)
	_, err = d.Apply(context.Background(), oneFile{"fence.c", "\tlock();\n\tpoll();\n\tunlock();\n}\n"})
	fmt.Println(err)
	// Output:
	// fence.c: "new line\nnew line\nvoid f()\n\tlock();\n\tsignal();\n\tunlock();\n}\n" <nil>
	// patch 1: fence.c: hunk 1: context does not match
}
