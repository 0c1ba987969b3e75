// SPDX-License-Identifier: MIT

package symbolize

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// Where the worker sees what it is given.
const (
	guestProgram = "/fencebot"
	guestRequest = "/request.json"
	guestImage   = "/vmlinux"
	guestOutput  = "/build"
)

// Limits of a worker. A vmlinux with debug information is read as a whole.
const (
	workerTime   = 2 * time.Minute
	workerMemory = 8 << 30
)

// ask runs one worker on a request, whose paths it fills in.
func (w Worker) ask(ctx context.Context, b Build, req request) (rep reply, err error) {
	mounts, err := w.mounts(b)
	if err != nil {
		return rep, fmt.Errorf("start reader of debug information: %w", err)
	}
	req.Image = w.Sandbox.Path(mounts, guestImage)
	if req.Find != "" {
		req.Find = w.Sandbox.Path(mounts, req.Find)
	}
	for i, name := range req.Objects {
		req.Objects[i] = path.Join(w.Sandbox.Path(mounts, guestOutput), name)
	}
	file, err := writeRequest(req)
	if err != nil {
		return rep, fmt.Errorf("start reader of debug information: %w", err)
	}
	defer os.Remove(file)
	mounts = append(mounts, sandbox.Mount{Host: file, Guest: guestRequest})
	stdout, stderr := &limited{left: maxReply}, &limited{left: 4 << 10}
	err = w.Sandbox.Run(ctx, sandbox.Spec{
		Argv:   []string{w.Sandbox.Path(mounts, guestProgram), WorkerArg, w.Sandbox.Path(mounts, guestRequest)},
		Env:    []string{"PATH=/usr/bin:/bin", "GOTRACEBACK=none"},
		Mounts: mounts, Stdout: stdout, Stderr: stderr,
		Limits: sandbox.Limits{Wall: workerTime, AddressSpace: workerMemory, TmpBytes: 1 << 20, Procs: 64},
	})
	if err != nil {
		return rep, fmt.Errorf("read debug information: %w: %.200q", err, stderr.buf.String())
	}
	if err := json.Unmarshal(stdout.buf.Bytes(), &rep); err != nil {
		return rep, fmt.Errorf("read debug information: read reply: %w", err)
	}
	if rep.Error != "" {
		return rep, fmt.Errorf("read debug information: %.300q", rep.Error)
	}
	return rep, nil
}

func (w Worker) mounts(b Build) ([]sandbox.Mount, error) {
	if w.Sandbox == nil {
		return nil, errors.New("no sandbox given; sandbox.None has to be asked for")
	}
	var mounts []sandbox.Mount
	for _, m := range []sandbox.Mount{
		{Host: w.Program, Guest: guestProgram},
		{Host: b.Image, Guest: guestImage},
		{Host: b.Output, Guest: guestOutput},
	} {
		if m.Host == "" && m.Guest == guestOutput {
			continue
		}
		abs, err := filepath.Abs(cmp.Or(m.Host, "."))
		if err == nil {
			abs, err = filepath.EvalSymlinks(abs)
		}
		if err != nil {
			return nil, err
		}
		m.Host = abs
		mounts = append(mounts, m)
	}
	return mounts, nil
}

// writeRequest writes a request where the sandbox's user can read it.
func writeRequest(req request) (name string, err error) {
	f, err := os.CreateTemp("", "fencebot-symbolize-*.json")
	if err != nil {
		return "", err
	}
	err = json.NewEncoder(f).Encode(req)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// limited keeps what is written to it up to a limit and fails then.
type limited struct {
	buf  bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errors.New("more output than a reader of debug information has")
	}
	l.left -= len(p)
	return l.buf.Write(p)
}
