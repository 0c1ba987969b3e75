// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fencebot/fencebot/qemu"
	"github.com/fencebot/fencebot/qemu/wire"
	"github.com/fencebot/fencebot/report"
	"github.com/fencebot/fencebot/report/igt"
	"github.com/fencebot/fencebot/report/lockdep"
)

// boots runs the plan on both kernels, replays on the base what looks new, and
// finds patch and line of what is.
func (k *check) boots(ctx context.Context, built kernels) error {
	guest, err := k.guest(ctx)
	if err != nil {
		return err
	}
	if err := k.testBoth(ctx, guest, built); err != nil || built.tip == "" {
		return err
	}
	if err := k.retry(ctx, guest, built.tip); err != nil {
		return err
	}
	if err := k.confirm(ctx, guest, built.tip); err != nil {
		return err
	}
	if err := k.replay(ctx, guest, built); err != nil {
		return err
	}
	if err := k.steps(ctx, guest, built); err != nil {
		return err
	}
	if err := k.blame(ctx, guest, built); err != nil {
		return err
	}
	if err := k.bare(ctx, guest); err != nil {
		return err
	}
	return k.lines(ctx, built)
}

// testBoth runs the plan on the base and on the patched kernel, if the tip
// builds.
func (k *check) testBoth(ctx context.Context, guest qemu.Options, built kernels) error {
	g, ctx := k.guests(ctx, guest)
	g.Go(func() (err error) {
		k.ev.Base, err = k.testBase(ctx, guest, built)
		return err
	})
	if built.tip != "" {
		k.noteMachine(guest)
		g.Go(func() error { return k.testTip(ctx, guest, built.tip) })
	}
	return g.Wait()
}

// testTip runs the plan on the patched kernel.
func (k *check) testTip(ctx context.Context, guest qemu.Options, image string) error {
	step, end := k.begin(StageBoot, len(k.req.Jobs))
	boots, run, err := k.bootAll(ctx, k.watched(guest, step), image, k.log("console-patched.log"), k.req.Jobs)
	if err != nil {
		return err
	}
	k.ev.Patched = run
	k.cover(boots)
	end(tally(run))
	return nil
}

// cmdline turns on what the drivers leave off by default and tests need, and
// has the kernel name a hanging task before its test is given up.
const cmdline = "vkms.enable_overlay=1 sysctl.kernel.hung_task_timeout_secs=10"

// guest fills in what both kernels run with: the images and the accelerator.
func (k *check) guest(ctx context.Context) (qemu.Options, error) {
	o := k.opts.QEMU
	o.CacheDir = k.state.probes()
	o.Cmdline = strings.TrimSpace(cmdline + " " + o.Cmdline)
	if o.Accel == "" {
		accel, err := qemu.Probe(ctx, o)
		if err != nil {
			return o, err
		}
		o.Accel = accel.Name
	}
	var err error
	if o.RootImage, err = k.rootImage(ctx); err != nil {
		return o, err
	}
	if o.Displays, err = k.displays(ctx, o.Binary); err != nil {
		return o, err
	}
	if k.req.IGT != "" {
		if o.ExtraImage, err = k.igtImage(ctx); err != nil {
			return o, err
		}
	}
	return o, k.devices(ctx, &o)
}

// watched has a step told for each test that begins.
func (k *check) watched(o qemu.Options, step func(int, string)) qemu.Options {
	step(0, fmt.Sprintf("%d tests%s", len(k.req.Jobs), withDevices(o.VFIO)))
	begun := 0
	o.Started = func(name string) {
		begun++
		step(begun, name)
	}
	return o
}

// noteMachine keeps for the report how the patched kernel was booted. A report
// is public: files have their bare names in it, not paths of this host.
func (k *check) noteMachine(guest qemu.Options) {
	guest.Kernel, guest.RootImage = "vmlinux", "root.ext2"
	if guest.Firmware != "" {
		guest.Firmware = "firmware.cpio"
	}
	if guest.ExtraImage != "" {
		guest.ExtraImage = "igt.ext2"
	}
	k.repro.QEMU, k.repro.Accel = qemu.CommandLine(guest), guest.Accel
}

// rootImage makes the image with the agent, once for each program.
func (k *check) rootImage(ctx context.Context) (string, error) {
	hash, err := hashFile(k.opts.Agent)
	if err != nil {
		return "", fmt.Errorf("read the agent: %w", err)
	}
	path := k.state.image("root-" + hash[:16])
	if exists(path) {
		touch(path)
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("make root image: %w", err)
	}
	return path, qemu.MakeRootImage(ctx, path, k.opts.Agent)
}

// igtImage makes the image with the IGT tests. An installation can change
// under its name, so it is made for every run.
func (k *check) igtImage(ctx context.Context) (string, error) {
	path := k.log("igt.ext2")
	return path, qemu.MakeIGTImage(ctx, path, k.req.IGT, k.req.Drivers...)
}

// testBase gives the base's result, from the cache when nothing that can
// change it has changed.
func (k *check) testBase(ctx context.Context, guest qemu.Options, built kernels) (report.Run, error) {
	key, err := k.baseKey(ctx, guest, built)
	if err != nil {
		return report.Run{}, err
	}
	var run report.Run
	if loadJSON(k.state.result(key), &run) && sound(run) {
		touch(k.state.result(key))
		k.tell(Progress{Stage: StageBootB, Ended: true, Cached: true, Detail: tally(run)})
		return run, nil
	}
	step, end := k.begin(StageBootB, len(k.req.Jobs))
	run, err = k.boot(ctx, k.watched(guest, step), built.base, k.log("console-base.log"), k.req.Jobs)
	if err != nil {
		return run, err
	}
	end(tally(run))
	if !sound(run) {
		return run, nil
	}
	return run, saveJSON(k.state.result(key), run)
}

// sound reports whether a run of the base may be kept: a boot that ended badly
// may be the fault of a busy host, and would be the verdict on every series.
func sound(r report.Run) bool {
	for _, b := range r.Boots {
		if b.Exit != report.ExitClean || !b.Ready {
			return false
		}
	}
	return len(r.Boots) > 0
}

// baseKey holds everything that can change what the base does.
func (k *check) baseKey(ctx context.Context, guest qemu.Options, built kernels) (string, error) {
	igtHash, err := hashOptional(guest.ExtraImage)
	if err != nil {
		return "", err
	}
	firmware, err := hashOptional(guest.Firmware)
	if err != nil {
		return "", err
	}
	version, err := programVersion(ctx, guest.Binary)
	if err != nil {
		return "", err
	}
	k.repro.QEMUVersion = version
	return keyOf("base result 1", built.baseKey, k.req.Jobs, guest.RootImage, igtHash, version,
		guest.Accel, guest.CPUs, guest.MemMiB, guest.Cmdline, guest.Displays, guest.VFIO, firmware, k.opts.TestSeconds, k.opts.Reboots)
}

// boot runs jobs on a kernel, over as many boots as it takes, and reads what
// the kernel reported.
func (k *check) boot(ctx context.Context, guest qemu.Options, kernel, console string, jobs []wire.Job) (report.Run, error) {
	_, run, err := k.bootAll(ctx, guest, kernel, console, jobs)
	return run, err
}

// bootAll is boot that also returns what the guests said.
func (k *check) bootAll(ctx context.Context, guest qemu.Options, kernel, console string, jobs []wire.Job) ([]qemu.Boot, report.Run, error) {
	guest.Kernel, guest.ConsolePath = kernel, console
	boots, err := qemu.RunAll(ctx, guest, jobs, qemu.Limits{Reboots: k.opts.Reboots, TestSeconds: k.opts.TestSeconds})
	if err != nil && (ctx.Err() != nil || len(boots) == 0) {
		return nil, report.Run{}, err
	}
	run := report.Run{Cases: cases(jobs, boots)}
	for i, b := range boots {
		one, err := readBoot(i, b, run.Cases)
		if err != nil {
			return boots, run, err
		}
		run.Boots = append(run.Boots, one)
	}
	return boots, run, nil
}

// readBoot turns one boot into the words of package report and gives the cases
// that ran in it their part of the kernel log.
func readBoot(number int, b qemu.Boot, cases []igt.Case) (report.Boot, error) {
	out := report.Boot{Number: number, Exit: report.Exit(b.Exit), Detail: b.Detail, Ready: b.Ready > 0}
	for _, e := range b.Events {
		if e.Kind == wire.Ready {
			out.Kernel = e.Kernel
			out.Lockdep = report.LockdepState{Known: e.Lockdep.Known, Alive: e.Lockdep.Alive, Text: e.Lockdep.Text}
			break
		}
	}
	primed := b.Primed().Priming
	out.Priming = report.Priming{Checked: primed.Checked, Missing: primed.Missing}
	f, err := os.Open(b.Console)
	if err != nil {
		return out, fmt.Errorf("read console: %w", err)
	}
	defer f.Close()
	out.Splats, err = lockdep.All(f, lockdep.Options{})
	if err != nil {
		return out, fmt.Errorf("read console %s: %w", b.Console, err)
	}
	if _, err = f.Seek(0, io.SeekStart); err == nil {
		err = igt.AddLog(cases, number, f)
	}
	return out, err
}

// cases returns one case a job of the plan, from whichever boot ran it.
func cases(jobs []wire.Job, boots []qemu.Boot) []igt.Case {
	var out []igt.Case
	for _, r := range qemu.Results(jobs, boots) {
		out = append(out, igt.Case{
			Name: r.Job.Name(), Driver: r.Job.Driver, Result: r.Result, Seconds: r.Seconds,
			Output: r.Output[:min(len(r.Output), igt.MaxOutput)],
			Boot:   max(r.Boot, 0), Job: r.Index, Place: r.Place, Alive: r.Before.Known && r.Before.Alive, IGT: r.Job.IGT,
		})
	}
	return out
}

// tally says in a few words how a run went.
func tally(r report.Run) string {
	ran, splats := 0, 0
	for _, c := range r.Cases {
		if c.Exercised() {
			ran++
		}
	}
	for _, b := range r.Boots {
		splats += len(b.Splats)
	}
	return fmt.Sprintf("tests run: %d of %d, boots: %d, kernel reports: %d", ran, len(r.Cases), len(r.Boots), splats)
}
