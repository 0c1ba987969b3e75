// SPDX-License-Identifier: MIT

package fencetest

import (
	"slices"

	"github.com/fencebot/fencebot/qemu/wire"
)

// A subtest is one entry of --list-subtests.
type subtest struct {
	name string
	run  func(*trial)
	lead bool // goes first in the plan: see List
	only bool // in All and not in List: it takes long, or a kernel without fault may report something
}

// A program is what would be one test program in IGT.
type program struct {
	name     string
	drivers  []string // that List runs it on, in this order
	wide     []string // that Wide runs it on, in this order
	brief    []string // that Wide runs only its first lead subtest on: see Wide
	subtests []subtest
}

// subtest returns the one with that name.
func (b program) subtest(name string) (subtest, bool) {
	i := slices.IndexFunc(b.subtests, func(s subtest) bool { return s.name == name })
	if i < 0 {
		return subtest{}, false
	}
	return b.subtests[i], true
}

// binaries returns all tests. What has the most locks on its way comes first,
// what disturbs the whole machine last.
func binaries() []program {
	return []program{
		{name: "fence_vgem", drivers: []string{vgem}, subtests: slices.Concat(vgemTests(), vgemFenceTests())},
		{name: "fence_kms", drivers: []string{vkms, virtio}, wide: []string{bochs}, brief: []string{vmwgfx, qxl}, subtests: slices.Concat(
			modesetTests(), flipTests(), kmsFenceTests(), vblankTests(), planeTests(), composerTests(), kmsMiscTests())},
		{name: "fence_sw_sync", drivers: []string{""}, subtests: swSyncTests()},
		{name: "fence_syncobj", drivers: []string{virtio}, subtests: slices.Concat(syncobjTests(), syncobjTimelineTests())},
		{name: "fence_virtio", drivers: []string{virtio}, subtests: virtioTests()},
		{name: "fence_sched", drivers: []string{""}, subtests: slices.Concat(schedTests(), schedEndTests())},
		{name: "fence_iio", wide: []string{""}, subtests: iioTests()},
		{name: "fence_ffs", wide: []string{""}, subtests: ffsTests()},
		{name: "fence_dmabuf", drivers: []string{""}, subtests: slices.Concat(dmabufTests(), reclaimTests())},
	}
}

func lookup(name string) (program, bool) {
	all := binaries()
	i := slices.IndexFunc(all, func(b program) bool { return b.name == name })
	if i < 0 {
		return program{}, false
	}
	return all[i], true
}

// List returns the default plan: every built-in subtest that is quick and
// quiet on a kernel without fault, on each driver it is for, in an order that
// does not change.
//
// The plan starts with a tour of one or two telling subtests for each binary
// and driver. lockdep ends a boot with its first report and boots are few: with
// all tests of a driver in a row, each of which meets its bug again, nothing
// else would get its turn.
func List() []wire.Job { return plan(defaultDrivers, false) }

// All returns the default plan and the subtests that are left out of it.
func All() []wire.Job { return plan(defaultDrivers, true) }

// Wide returns what the plan of a guest with more devices has beyond List, in
// an order of the same kind.
//
// Where each test meets the same old trouble, or all skip, one tells it, at the
// very end: qxl allocates in its commit tail, which ends a boot as soon as that
// is annotated, and vmwgfx does not take the device of QEMU 7.2.
func Wide() []wire.Job {
	jobs := plan(wideDrivers, false)
	for _, b := range binaries() {
		i := slices.IndexFunc(b.subtests, func(s subtest) bool { return s.lead })
		for _, driver := range b.brief {
			jobs = append(jobs, wire.Job{Binary: b.name, Subtest: b.subtests[i].name, Driver: driver})
		}
	}
	return jobs
}

func defaultDrivers(p program) []string { return p.drivers }

func wideDrivers(p program) []string { return p.wide }

func plan(driversOf func(program) []string, all bool) []wire.Job {
	var tour, rest []wire.Job
	for _, b := range binaries() {
		for _, driver := range driversOf(b) {
			for _, s := range b.subtests {
				job := wire.Job{Binary: b.name, Subtest: s.name, Driver: driver}
				switch {
				case s.lead:
					tour = append(tour, job)
				case !s.only || all:
					rest = append(rest, job)
				}
			}
		}
	}
	return append(tour, rest...)
}
