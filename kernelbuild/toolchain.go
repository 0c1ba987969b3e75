// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// Toolchain names the compiler and the linker that [Build] uses in a sandbox,
// one line for cache keys and reports: "gcc (Debian 12.2.0) 12.2.0; GNU ld ...".
func Toolchain(ctx context.Context, s *sandbox.Sandbox) (string, error) {
	var names []string
	for _, tool := range []string{"gcc", "ld"} {
		var out strings.Builder
		err := s.Run(ctx, sandbox.Spec{
			Argv: []string{tool, "--version"}, Env: []string{"LC_ALL=C", toolPath}, Stdout: &out,
		})
		if err != nil {
			return "", fmt.Errorf("ask %s for its version: %w", tool, err)
		}
		line, _, _ := strings.Cut(out.String(), "\n")
		if line == "" {
			return "", errors.New("ask " + tool + " for its version: it said nothing")
		}
		names = append(names, cutString(clean(line), maxMessage))
	}
	return strings.Join(names, "; "), nil
}
