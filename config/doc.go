// SPDX-License-Identifier: MIT

// Package config reads fencebot's TOML file.
//
// Every key has a default, so an empty file and no file are the same thing. A
// key that is not known, a value of the wrong type and a value out of range
// are errors that name the key; nothing is guessed. The package is a leaf of
// plain data: cmd/fencebot turns it into the options of the other packages.
package config
