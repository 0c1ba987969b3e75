// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/config"
)

// app is what the commands share: where to read and write, and the flags that
// all of them have.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	configPath string
	statePath  string
	cfg        config.Config
}

// run is the program as a function of its arguments and streams.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: newInterruptible(ctx, stdin), stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	code, silent := exitCode(ctx, err)
	if silent {
		return code
	}
	if code == exitInterrupt {
		fmt.Fprintln(stderr, "fencebot: interrupted; nothing is left running, and the next run continues from what is built")
		return code
	}
	fmt.Fprintf(stderr, "fencebot: %v\n", err)
	if h := hint(err); h != "" {
		fmt.Fprintf(stderr, "fencebot: %s\n", h)
	}
	return code
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "fencebot",
		Short: "Tells whether a dma-fence or drm patch series deadlocks",
		Long: `fencebot applies a patch series, builds the kernel with lockdep, boots it in
QEMU with vkms, virtio-gpu and vgem, runs fence tests and explains what lockdep
said. Exit codes: 0 pass, 1 findings, build error, conflict or boot failure,
2 wrong use, 3 fencebot itself failed, 4 not exercised.`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              noCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.load(cmd) },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	flags := root.PersistentFlags()
	flags.StringVar(&a.configPath, "config", "", "configuration `file` (default $XDG_CONFIG_HOME/fencebot/config.toml when it exists)")
	flags.StringVar(&a.statePath, "state", "", "state `directory` (default $XDG_STATE_HOME/fencebot)")
	root.AddCommand(a.checkCommand(), a.reproduceCommand(), a.applyCommand(), a.seriesCommand(),
		a.treeCommand(), a.overlayCommand(), a.lockdepCommand(), a.igtCommand(), a.testsCommand(), a.doctorCommand())
	return root
}

// noCommand refuses words that are no command, with the likely ones named.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("no command %q; did you mean %q?", args[0], near[0])
	}
	return usagef("no command %q; see %s --help", args[0], cmd.CommandPath())
}

// exactly wants n arguments and names them in its error.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s: want %s; see %s --help", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// load reads the configuration before any command runs.
func (a *app) load(*cobra.Command) error {
	path, must := a.configPath, true
	if path == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			a.cfg = config.Default()
			return nil
		}
		path, must = filepath.Join(dir, "fencebot", "config.toml"), false
	}
	cfg, err := config.LoadFile(path)
	if errors.Is(err, os.ErrNotExist) && !must {
		cfg, err = config.Default(), nil
	}
	if err != nil {
		return usagef("configuration: %w", err)
	}
	a.cfg = cfg
	return nil
}

// state returns the state directory and makes it.
func (a *app) state() (string, error) {
	dir := a.statePath
	if dir == "" {
		dir = a.cfg.State
	}
	if dir == "" {
		dir = os.Getenv("XDG_STATE_HOME")
		if dir == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", usagef("no home directory (%w); say --state DIR", err)
			}
			dir = filepath.Join(home, ".local", "state")
		}
		dir = filepath.Join(dir, "fencebot")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("state directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", usagef("state directory: %w; say --state DIR", err)
	}
	return dir, nil
}

// version is the module version and revision that the go command recorded.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && v == "(devel)" {
			v = s.Value[:12]
		}
	}
	return v
}
