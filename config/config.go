// SPDX-License-Identifier: MIT

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// maxFile bounds what is read of a configuration file, in bytes.
const maxFile = 1 << 20

// Config is the whole file. The zero value is not useful: start from Default.
type Config struct {
	State string `toml:"state"` // directory for trees, builds and reports; default $XDG_STATE_HOME/fencebot
	Tree  string `toml:"tree"`  // registered tree to use without --tree; default: the only one

	Overlays bool `toml:"overlays"` // put our own lockdep annotations on base and series; default true

	Build Build `toml:"build"`
	QEMU  QEMU  `toml:"qemu"`
	IGT   IGT   `toml:"igt"`
	Reply Reply `toml:"reply"`
}

// Build says how kernels are built.
type Build struct {
	Flavour string `toml:"flavour"`  // of the kernel's configuration: "default" or "wide"; default "default"
	Jobs    int    `toml:"jobs"`     // parallel make jobs; default 0: one more than there are processors
	CCache  bool   `toml:"ccache"`   // use ccache when it is installed; default true
	Sandbox string `toml:"sandbox"`  // "bubblewrap" (default) or "none"
	DiskMiB int64  `toml:"disk_mib"` // most a series may write while it is built; default 2048
	Timeout Span   `toml:"timeout"`  // limit for one build; default 60m
}

// QEMU says how kernels are booted.
type QEMU struct {
	Binary  string `toml:"binary"`  // default "qemu-system-x86_64"
	Accel   string `toml:"accel"`   // "kvm", "tcg" or "" (default) for a probe
	CPUs    int    `toml:"cpus"`    // virtual processors; default 2
	MemMiB  int    `toml:"mem_mib"` // guest memory; default 512
	Boot    Span   `toml:"boot"`    // limit from start to the agent's first word; default 1m
	Silence Span   `toml:"silence"` // limit without a byte from the guest; default 90s
	Test    Span   `toml:"test"`    // limit for one subtest; default 30s
	Run     Span   `toml:"run"`     // limit for one whole boot; default 20m
	Reboots int    `toml:"reboots"` // reboots of one run after splats and crashes; default 8

	VFIO      []string `toml:"vfio"`       // devices of this host that guests may get; default none
	VFIOAllow []string `toml:"vfio_allow"` // mail addresses whose series get them unasked; default none
	Firmware  string   `toml:"firmware"`   // directory laid out as linux-firmware, for these devices; default none
}

// IGT says where real IGT tests are.
type IGT struct {
	Dir          string `toml:"dir"`          // prefix of an installed IGT; default "": built-in tests only
	Map          string `toml:"map"`          // file that chooses tests by the paths a series touches; default "": the shipped one
	Expectations string `toml:"expectations"` // directory of DRIVER-none-{fails,flakes,skips}.txt; default "": none
}

// Reply says how reply mails look.
type Reply struct {
	From string `toml:"from"` // default "fencebot <fencebot@localhost>"
}

// A Span is a duration written as a string: "90s", "20m".
type Span time.Duration

// UnmarshalText reads "90s"; zero and negative spans are errors.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration %q: want a number with a unit, such as 90s or 20m", text)
	}
	if d <= 0 {
		return fmt.Errorf("duration %q: want more than zero", text)
	}
	*s = Span(d)
	return nil
}

// MarshalText writes the span the way UnmarshalText reads it.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// Default returns what an empty file means.
func Default() Config {
	return Config{
		Overlays: true,
		Build:    Build{Flavour: "default", CCache: true, Sandbox: "bubblewrap", DiskMiB: 2048, Timeout: Span(time.Hour)},
		QEMU: QEMU{
			Binary: "qemu-system-x86_64", CPUs: 2, MemMiB: 512, Reboots: 8,
			Boot: Span(time.Minute), Silence: Span(90 * time.Second),
			Test: Span(30 * time.Second), Run: Span(20 * time.Minute),
			VFIO: []string{}, VFIOAllow: []string{},
		},
		Reply: Reply{From: "fencebot <fencebot@localhost>"},
	}
}

// Load reads a configuration, fills in defaults and checks it. All faults are
// reported together, each with its key.
func Load(r io.Reader) (Config, error) {
	c := Default()
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return c, fmt.Errorf("read configuration: %w", err)
	}
	if len(data) > maxFile {
		return c, fmt.Errorf("read configuration: more than %d bytes", maxFile)
	}
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, explain(err)
	}
	return c, c.Validate()
}

// LoadFile is Load on a file. A file that does not exist is an error.
func LoadFile(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Default(), err
	}
	defer f.Close()
	c, err := Load(f)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// explain turns the decoder's errors into one line per fault with its key.
func explain(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var all []error
		for _, e := range strict.Errors {
			row, _ := e.Position()
			all = append(all, fmt.Errorf("line %d: %s: no such key", row, dotted(e.Key())))
		}
		return errors.Join(all...)
	}
	var dec *toml.DecodeError
	if errors.As(err, &dec) {
		row, col := dec.Position()
		return fmt.Errorf("line %d, column %d: %s: %s", row, col, dotted(dec.Key()), dec.Error())
	}
	return err
}

// Validate checks ranges and words; every fault names its key.
func (c Config) Validate() error {
	var all []error
	fault := func(bad bool, key, want string) {
		if bad {
			all = append(all, fmt.Errorf("%s: want %s", key, want))
		}
	}
	fault(c.Build.Flavour != "default" && c.Build.Flavour != "wide", "build.flavour", `"default" or "wide"`)
	fault(c.Build.Jobs < 0, "build.jobs", "0 or more")
	fault(c.Build.Sandbox != "bubblewrap" && c.Build.Sandbox != "none", "build.sandbox", `"bubblewrap" or "none"`)
	fault(c.Build.DiskMiB < 256, "build.disk_mib", "256 or more")
	fault(c.QEMU.Binary == "", "qemu.binary", "the name or path of a program")
	fault(c.QEMU.Accel != "" && c.QEMU.Accel != "kvm" && c.QEMU.Accel != "tcg", "qemu.accel", `"", "kvm" or "tcg"`)
	fault(c.QEMU.CPUs < 1 || c.QEMU.CPUs > 4, "qemu.cpus", "1 to 4")
	fault(c.QEMU.MemMiB < 256, "qemu.mem_mib", "256 or more")
	fault(c.QEMU.Reboots < 0, "qemu.reboots", "0 or more")
	fault(len(c.QEMU.VFIO) > 4, "qemu.vfio", "4 devices at most")
	for _, a := range c.QEMU.VFIO {
		fault(!pciAddress(a), "qemu.vfio", fmt.Sprintf("addresses such as 0000:03:00.0 (lspci -D shows them), not %.40q", a))
	}
	for _, a := range c.QEMU.VFIOAllow {
		local, domain, ok := strings.Cut(a, "@")
		fault(!ok || local == "" || domain == "" || strings.ContainsAny(a, " <>,*"), "qemu.vfio_allow", fmt.Sprintf("mail addresses without names, not %q", a))
	}
	return errors.Join(all...)
}

// Parallel returns the number of make jobs that Jobs stands for.
func (b Build) Parallel() int {
	if b.Jobs > 0 {
		return b.Jobs
	}
	return runtime.NumCPU() + 1
}
