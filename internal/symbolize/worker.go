// SPDX-License-Identifier: MIT

package symbolize

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// WorkerArg is the first argument that makes fencebot the reader in the sandbox:
// main gives what follows it to [Main].
const WorkerArg = "symbolize-worker"

// A request is what the worker is asked, in a file that it is given. Paths are
// those of the sandbox.
type request struct {
	Image   string   `json:"image"`             // the kernel that ran
	Frames  []Frame  `json:"frames"`            //
	Find    string   `json:"find,omitempty"`    // build directory to look for the objects of frames in
	Objects []string `json:"objects,omitempty"` // objects with debug information; none: the image has it
	Root    string   `json:"root,omitempty"`    // source tree as the compiler saw it
}

// A reply is what the worker says.
type reply struct {
	Places   [][]Place `json:"places,omitempty"`  // of each frame of the request
	Objects  []string  `json:"objects,omitempty"` // that Find found
	Problems []string  `json:"problems,omitempty"`
	Error    string    `json:"error,omitempty"`
}

// Limits of what the two say to each other.
const (
	maxRequest  = 4 << 20  // bytes
	maxReply    = 16 << 20 // bytes
	maxProblems = 20
)

// Main is the worker: args are the name of the file with the request. It prints
// the reply and returns the exit code; a file that cannot be read is a reply
// with an error in it.
func Main(args []string, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, WorkerArg+": this is not for people")
		return 2
	}
	var req request
	if err := readRequest(args[0], &req); err != nil {
		fmt.Fprintln(stderr, err)
		return 3
	}
	rep, err := req.answer()
	if err != nil {
		rep.Error = err.Error()
	}
	if err := json.NewEncoder(stdout).Encode(rep); err != nil {
		fmt.Fprintln(stderr, err)
		return 3
	}
	return 0
}

func readRequest(name string, req *request) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxRequest)).Decode(req); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

// answer does what is asked.
func (q request) answer() (rep reply, err error) {
	var t Table
	var problems []error
	switch {
	case q.Find != "":
		rep.Objects, err = findObjects(q.Image, q.Find, q.Frames)
		return rep, err
	case len(q.Objects) > 0:
		t, problems, err = readObjects(q.Image, q.Objects, q.Root, q.Frames)
	default:
		t, err = ReadImage(q.Image, q.Frames)
	}
	for _, f := range q.Frames {
		rep.Places = append(rep.Places, t[f])
	}
	for _, p := range problems[:min(len(problems), maxProblems)] {
		rep.Problems = append(rep.Problems, p.Error())
	}
	return rep, err
}

// table checks what a worker said against what it was asked.
func (rep reply) table(frames []Frame) (Table, error) {
	if len(rep.Places) != len(frames) {
		return nil, errors.New("read reply: not one answer for each frame")
	}
	t := Table{}
	for i, f := range frames {
		t[f] = rep.Places[i]
	}
	return t.clean(frames), nil
}
