// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Exit codes.
const (
	exitRight  = 0
	exitWrong  = 1
	exitUsage  = 2
	exitBroken = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var b bot
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&b.program, "fencebot", "./fencebot", "the `program` under test")
	flags.StringVar(&b.tree, "tree", "", "registered `tree` of the kernel that the cases were made on")
	flags.StringVar(&b.base, "base", "", "base `commit` (default: fencebot's choice)")
	flags.StringVar(&b.state, "state", "", "state `directory` of fencebot (default: its own)")
	flags.StringVar(&b.keep, "keep", "", "keep the answers in `directory`")
	dir := flags.String("dir", "corpus", "`directory` with the cases")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitRight
		}
		return exitUsage
	}
	if b.tree == "" {
		fmt.Fprintln(stderr, "corpus: no --tree")
		return exitUsage
	}
	cases, err := loadCases(*dir, flags.Args())
	if err != nil {
		fmt.Fprintln(stderr, "corpus:", err)
		return exitUsage
	}
	t, err := checkAll(ctx, b, cases, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "corpus:", err)
		return exitBroken
	}
	return t.code()
}

// checkAll runs the cases one after the other, for each takes all processors, and
// prints as it goes. A case without an answer does not end the run; a signal does.
func checkAll(ctx context.Context, b bot, cases []Case, w io.Writer) (*Tally, error) {
	var t Tally
	for _, c := range cases {
		began := time.Now()
		a, exit, err := b.check(ctx, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			t.broke(c.Expect)
			fmt.Fprintf(w, "FAIL %s: %v\n", c.Name, err)
			continue
		}
		s, took := judge(c.Expect, a, exit), time.Since(began)
		t.add(s, took)
		fmt.Fprintln(w, line(c, a, exit, s, took))
	}
	fmt.Fprintln(w)
	return &t, t.print(w)
}
