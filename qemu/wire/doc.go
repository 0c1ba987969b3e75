// SPDX-License-Identifier: MIT

// Package wire holds what the host and the agent in the guest say to each
// other over the virtio-serial port fencebot.agent: one JSON value a line, the
// host's Plan first, then the agent's Events.
//
// It is pure. Everything the host reads here was written by a guest that may
// run a hostile kernel: an Event is a claim, bounded by MaxLine, and never
// more than one run's own answer.
//
// A Decoder refuses a line that is longer than MaxLine, that is no JSON, whose
// kind or result is unknown, or whose numbers cannot be meant (a negative or
// huge index, a time that is negative or not finite). Such a line costs one
// *LineError and nothing else: the next call goes on with the line after it,
// and memory stays below MaxLine however much the other side sends.
package wire
