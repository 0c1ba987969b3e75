// SPDX-License-Identifier: MIT

package guest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

// tracingPath is where tracefs is mounted.
const tracingPath = "/sys/kernel/tracing"

// noCoverage is the word on the kernel command line that turns counting off,
// to measure what it costs.
const noCoverage = "fencebot.coverage=0"

// A target is one probe and the kernel functions whose calls it counts.
type target struct {
	probe     wire.Probe
	functions []string
}

// targets returns what is counted. A kernel need not have all functions of a
// probe: some of them are new, some are gone in newer kernels. What all of these
// call themselves, dma_fence_signal_timestamp_locked, has no callers but them
// in 6.12, and would count everything twice.
func targets() []target {
	return []target{
		{wire.ProbeBegin, []string{"dma_fence_begin_signalling"}},
		{wire.ProbeSignal, []string{"dma_fence_signal", "dma_fence_signal_locked", "dma_fence_signal_timestamp"}},
		{wire.ProbeWait, []string{"dma_fence_wait_timeout"}},
	}
}

// group is the name of our events in tracefs.
const group = "fencebot"

// trigger counts by caller and by what tells process context from atomic
// (Documentation/trace/histogram.rst). An entry is one caller in one context;
// all built-in tests together make about 50. Reading a larger one costs more,
// also when it is empty.
// Values are summed up: that of irqs is how many calls came with interrupts on.
const trigger = "hist:keys=caller.sym-offset,common_preempt_count,common_flags:vals=hitcount,irqs:size=256\n"

// fetch takes the return address from the top of the stack, where x86 has it at
// the first instruction of a function (Documentation/trace/kprobetrace.rst),
// and the interrupt flag.
const fetch = "caller=+0($stack):x64 irqs=%flags:b1@9/64"

// A probed is one probe that is set and the histogram that has its counts.
type probed struct {
	probe wire.Probe
	hist  *histogram
}

// setProbes counts calls from now on, as far as the kernel can. The note names
// what it cannot, and is empty when all is well.
func setProbes(tracing string, all []target) (set []probed, note string) {
	if _, err := os.Stat(tracing + "/kprobe_events"); err != nil {
		return nil, "this kernel has no kprobe events: " + reason(err)
	}
	var notes []string
	for _, t := range all {
		hist, err := setProbe(tracing, t)
		if err != nil {
			notes = append(notes, fmt.Sprintf("cannot count calls of %s: %v", t.functions[0], err))
			continue
		}
		set = append(set, probed{t.probe, &histogram{file: hist}})
	}
	return set, strings.Join(notes, "; ")
}

// setProbe makes one event of all functions of t that exist, and opens its
// histogram. The event is there once its first function is.
func setProbe(tracing string, t target) (*os.File, error) {
	var errs []error
	for _, f := range t.functions {
		line := fmt.Sprintf("p:%s/%s %s %s\n", group, t.probe, f, fetch)
		if err := appendTo(tracing+"/kprobe_events", line); err != nil {
			errs = append(errs, errors.New(reason(err)))
		}
	}
	if len(errs) == len(t.functions) {
		return nil, errs[0]
	}
	if err := appendTo(eventDir(tracing, t.probe)+"/trigger", trigger); err != nil {
		return nil, fmt.Errorf("set histogram: %s", reason(err))
	}
	hist, err := os.Open(eventDir(tracing, t.probe) + "/hist")
	if err != nil {
		return nil, fmt.Errorf("read histogram: %s", reason(err))
	}
	return hist, nil
}

func eventDir(tracing string, p wire.Probe) string {
	return tracing + "/events/" + group + "/" + string(p)
}

// appendTo writes line to a control file. Opening one of these for anything but
// appending would clear it first (probes_open in kernel/trace/trace_kprobe.c).
func appendTo(path, line string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// reason returns the system's words for err, without a path.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// counting reports whether the kernel command line in path leaves coverage on.
func counting(path string) bool {
	line, err := readSome(path)
	return err != nil || !slices.Contains(strings.Fields(string(line)), noCoverage)
}
