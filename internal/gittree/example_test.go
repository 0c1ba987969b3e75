// SPDX-License-Identifier: MIT

package gittree_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"

	"github.com/fencebot/fencebot/internal/gittree"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

// A series goes onto a base as commits; one that does not fit is an error type
// that names the place.
func ExampleRepo_Apply() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	setup := exec.CommandContext(ctx, "sh", "-ec", `git init -q; printf 'a\nb\nc\n' >f; git add f
		git -c user.name=x -c user.email=x@example.org commit -q -m base`)
	setup.Dir = dir
	if err := setup.Run(); err != nil {
		log.Fatal(err)
	}
	repo, err := gittree.Open(ctx, dir)
	if err != nil {
		log.Fatal(err)
	}
	defer repo.Close()

	p := patch.Patch{Number: 1, Subject: "f: use capitals", Author: mail.Address{Name: "A", Addr: "a@example.org"},
		Diff: "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"}
	got, err := repo.Apply(ctx, "HEAD", patch.Series{Patches: []patch.Patch{p}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.Commits[0].Subject, got.Commits[0].Tree)

	p.Diff = strings.Replace(p.Diff, "-b\n", "-x\n", 1)
	_, err = repo.Apply(ctx, "HEAD", patch.Series{Patches: []patch.Patch{p}})
	if c, ok := errors.AsType[*patch.ConflictError](err); ok {
		fmt.Printf("%v: expected %q, found %q\n", c, c.Expected, c.Found)
	}
	// Output:
	// f: use capitals 2fc234da261e826e6da4694f03889ed6c3fff959
	// patch 1: f: hunk 1: context does not match: expected ["x"], found ["b"]
}
