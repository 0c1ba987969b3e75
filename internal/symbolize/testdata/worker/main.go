// SPDX-License-Identifier: MIT

// Command worker is the reader alone, as the tests run it in the sandbox.
package main

import (
	"os"

	"github.com/fencebot/fencebot/internal/symbolize"
)

func main() { os.Exit(symbolize.Main(os.Args[2:], os.Stdout, os.Stderr)) }
