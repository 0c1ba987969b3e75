// SPDX-License-Identifier: MIT

package guest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/fencebot/fencebot/qemu/wire"
)

// maxOutputLine is how much of a line that a test prints is kept.
const maxOutputLine = 4 << 10

// A child is a running test program.
type child struct {
	job     wire.Job // the one it was started for
	server  bool
	pid     int
	stdin   *os.File
	lines   <-chan string             // closed at the end of its output
	exited  <-chan syscall.WaitStatus // gets one value
	abandon chan struct{}             // closed when nobody reads lines any more
	status  *syscall.WaitStatus       // once it came
}

// spawn starts the program of a job.
func (a *agent) spawn(job wire.Job) (*child, error) {
	cmd, err := a.command(job)
	if err != nil {
		return nil, err
	}
	childIn, stdin, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	defer childIn.Close()
	output, childOut, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	defer childOut.Close()
	pid, exited, err := a.reaper.start(cmd, childIn, childOut)
	if err != nil {
		stdin.Close()
		output.Close()
		return nil, fmt.Errorf("start %s: %w", cmd.path, err)
	}
	// The tests may use up memory; the kernel shall kill them and not its log.
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid), []byte("1000"), 0) // they may be gone
	c := &child{job: job, server: cmd.server, pid: pid, stdin: stdin, exited: exited, abandon: make(chan struct{})}
	c.lines = readLines(output, c.abandon)
	if !c.server {
		stdin.Close()
	}
	return c, nil
}

// readLines sends what r says line by line until its end, and closes r. After
// abandon it reads on and throws away, so that no writer ever blocks.
func readLines(r io.ReadCloser, abandon <-chan struct{}) <-chan string {
	lines := make(chan string, 16)
	go func() {
		defer close(lines)
		defer r.Close()
		for br := bufio.NewReaderSize(r, maxOutputLine); ; {
			line, err := boundedLine(br)
			if line != "" || err == nil {
				select {
				case lines <- line:
				case <-abandon:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// boundedLine returns the next line without its end, cut to the reader's
// buffer. At the end of the input there can be a line beside the error.
func boundedLine(br *bufio.Reader) (string, error) {
	line, err := br.ReadSlice('\n')
	text := string(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = br.ReadSlice('\n')
	}
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	return text, err
}

// signal sends s to the child and all that it started.
func (c *child) signal(s syscall.Signal) { _ = syscall.Kill(-c.pid, s) } // gone is what we want

// wait waits for the child to end. Meanwhile keep gets the lines it prints.
func (c *child) wait(limit time.Duration, keep func(string)) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	lines := c.lines
	for c.status == nil {
		select {
		case line, ok := <-lines:
			if !ok {
				lines = nil // an ended channel is always ready
				continue
			}
			keep(line)
		case status := <-c.exited:
			c.status = &status
		case <-timer.C:
			return false
		}
	}
	return true
}

// drain passes on what an ended child left in its pipe. A grandchild may still
// hold it open, so there is a limit.
func (c *child) drain(keep func(string)) {
	const limit = 300 * time.Millisecond
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				return
			}
			keep(line)
		case <-timer.C:
			return
		}
	}
}

// leave gives the child up: nobody reads what it prints or waits for it.
func (c *child) leave() {
	close(c.abandon)
	c.stdin.Close() // of a test that is no server: closed already
}
