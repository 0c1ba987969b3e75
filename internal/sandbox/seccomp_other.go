// SPDX-License-Identifier: MIT

//go:build !amd64 && !arm64

package sandbox

import "os"

// filterSupported is false: nobody has checked the filter on this machine. The
// other walls stand without it.
const filterSupported = false

func filterFile() (*os.File, error) { return nil, nil }
