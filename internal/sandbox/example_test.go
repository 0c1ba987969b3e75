// SPDX-License-Identifier: MIT

package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// Run a command of a stranger and tell its failure from ours. None stands here
// for the sandbox of Find, so that the example runs on any host.
func Example() {
	s := sandbox.None()
	err := s.Run(context.Background(), sandbox.Spec{
		Argv:   []string{"sh", "-c", "echo building; exit 2"},
		Env:    []string{"PATH=/usr/bin:/bin"},
		Stdout: os.Stdout,
	})
	var exit *sandbox.ExitError
	if errors.As(err, &exit) {
		fmt.Println("the command failed:", exit.Code)
	}
	// Output:
	// building
	// the command failed: 2
}
