// SPDX-License-Identifier: MIT

package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// dotted writes a key the way messages name it: build.jobs.
func dotted(k toml.Key) string { return strings.Join(k, ".") }
