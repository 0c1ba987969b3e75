// SPDX-License-Identifier: MIT

package gittree

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/fencebot/fencebot/patch"
)

// A catFile is one "git cat-file --batch-command" that answers until it is
// closed. It starts with the first question, and anew after it died or a
// question was cancelled.
type catFile struct {
	git git

	mu     sync.Mutex
	cmd    *exec.Cmd // nil when none is running
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *bytes.Buffer
}

// An object is the answer to one question. Data is nil when only information
// was asked for.
type object struct {
	id, kind string
	size     int64
	data     []byte
}

// read returns an object with its contents; name is a full object id. A missing
// object gives patch.ErrNoBlob, one over limit bytes patch.ErrTooBig.
func (c *catFile) read(ctx context.Context, name string, limit int64) (object, error) {
	return c.ask(ctx, "contents", name, limit)
}

// info returns an object without its contents.
func (c *catFile) info(ctx context.Context, name string) (object, error) {
	return c.ask(ctx, "info", name, 0)
}

func (c *catFile) ask(ctx context.Context, verb, name string, limit int64) (object, error) {
	if !isObjectID(name) {
		return object{}, fmt.Errorf("read object %q: not an object id", name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.start(ctx); err != nil {
		return object{}, err
	}
	kill := c.cmd.Process.Kill
	stop := context.AfterFunc(ctx, func() { _ = kill() })
	o, err := c.exchange(verb, name, limit)
	if !stop() { // killed in the middle of an answer
		_ = c.drop()
		return object{}, fmt.Errorf("read object %s: %w", name, context.Cause(ctx))
	}
	if err != nil && o.kind == "" {
		return object{}, fmt.Errorf("read object %s: git cat-file: %w: %s", name, err, c.drop())
	}
	return o, err
}

func (c *catFile) start(ctx context.Context) error {
	if c.cmd != nil {
		return nil
	}
	// It outlives the question that starts it; close ends it.
	cmd := c.git.command(context.WithoutCancel(ctx), "cat-file", "--batch-command")
	c.stderr = &bytes.Buffer{}
	cmd.Stderr = c.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	c.cmd, c.in, c.out = cmd, in, bufio.NewReaderSize(out, 64<<10)
	return nil
}

// exchange asks and reads the whole answer. An error with an empty kind means
// that the process is of no use any more.
func (c *catFile) exchange(verb, name string, limit int64) (object, error) {
	if _, err := io.WriteString(c.in, verb+" "+name+"\n"); err != nil {
		return object{}, err
	}
	o, err := readHeader(c.out)
	if err != nil || verb == "info" {
		return o, err
	}
	if o.size > limit {
		if _, err := io.CopyN(io.Discard, c.out, o.size+1); err != nil {
			return object{}, err
		}
		return o, fmt.Errorf("%w: %d bytes", patch.ErrTooBig, o.size)
	}
	o.data = make([]byte, o.size+1)
	if _, err := io.ReadFull(c.out, o.data); err != nil {
		return object{}, err
	}
	o.data = o.data[:o.size:o.size] // without the newline behind it
	return o, nil
}

// readHeader reads "<id> <type> <size>" or "<name> missing".
func readHeader(r *bufio.Reader) (object, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return object{}, err
	}
	f := strings.Fields(line)
	if len(f) == 2 && f[1] == "missing" {
		return object{id: f[0], kind: f[1]}, fmt.Errorf("object %s: %w", f[0], patch.ErrNoBlob)
	}
	if len(f) != 3 {
		return object{}, fmt.Errorf("unexpected answer %q", line)
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil || size < 0 {
		return object{}, fmt.Errorf("unexpected answer %q", line)
	}
	return object{id: f[0], kind: f[1], size: size}, nil
}

// drop ends the process and returns what it had to say.
func (c *catFile) drop() string {
	if c.cmd == nil {
		return ""
	}
	_ = c.in.Close()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	c.cmd = nil
	return strings.TrimSpace(c.stderr.String())
}

func (c *catFile) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.drop()
}

// isObjectID reports a whole object id of SHA-1 or SHA-256 in lower case.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && isHex(s)
}

func isHex(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }
