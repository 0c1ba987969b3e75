// SPDX-License-Identifier: MIT

// Package hardware says who may have a device of the host, and what else a
// guest with one needs: the kernel's configuration, IGT's drivers, firmware.
//
// A hostile series can write to the flash of a card that it gets. So the answer
// is no unless somebody on this host said yes: the zero [Origin], which is what a
// list, a pull request or a timer has, never gets a device. The package decides
// and explains; it opens nothing and starts nothing.
package hardware
