// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fencebot/fencebot/internal/sandbox"
)

// fakeKernel is a tree whose build takes no time; evil stands for the recipe of
// a hostile series.
func fakeKernel(evil string) map[string]string {
	return map[string]string{
		"Makefile": "allnoconfig:\n\t@cp $(KCONFIG_ALLCONFIG) .config\n" +
			"vmlinux: evil\n\t@test -e vmlinux -o -L vmlinux || printf '\\177ELF' >vmlinux\n" +
			"evil:\n\t" + evil + "\n.PHONY: evil\n",
	}
}

// request makes a fake kernel and a request to build it as a stranger's.
func request(t *testing.T, files map[string]string) Request {
	t.Helper()
	dir := t.TempDir()
	req := Request{
		Source: filepath.Join(dir, "src"), Output: filepath.Join(dir, "layer"), Log: filepath.Join(dir, "log"),
		CCache: filepath.Join(dir, "ccache"), Jobs: 2, Sandbox: find(t),
	}
	writeTree(t, req.Source, files)
	return req
}

func readLog(t *testing.T, req Request) string {
	t.Helper()
	b, err := os.ReadFile(req.Log)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestHostileMakefile runs what a Makefile may try. The recipe prints LEAK when
// it gets through, and the build must be an ordinary one all the same.
func TestHostileMakefile(t *testing.T) {
	t.Parallel()
	home, _ := os.UserHomeDir()
	warm := t.TempDir()
	writeTree(t, warm, map[string]string{"warm.o": "x"})
	for name, evil := range map[string]string{
		"opens a socket":             `-@perl -e 'socket(S, 2, 1, 0) and print "LEAK"'`,
		"asks the name server":       `-@perl -e 'gethostbyname("example.org") and print "LEAK"'`,
		"reads the home directory":   "-@ls '" + home + "' && echo LEAK",
		"reads /etc/shadow":          "-@cat /etc/shadow && echo LEAK",
		"reads the base's output":    "-@cat '" + warm + "/warm.o' && echo LEAK",
		"writes into the source":     "-@touch /src/x && echo LEAK",
		"writes into the toolchain":  "-@touch /usr/lib/x && echo LEAK",
		"writes into the cache":      "-@touch /ccache/x && echo LEAK",
		"writes into the base":       "-@echo y >'" + warm + "/warm.o' && echo LEAK",
		"writes over our fragments":  "-@echo >/config/all.config && echo LEAK",
		"links the source into O=":   "-@ln /src/Makefile hard && echo LEAK",
		"reads our environment":      "-@env | grep -i -e token -e secret -e SSH_ -e '" + home + "$$' && echo LEAK",
		"is still there afterwards":  "@setsid sleep 98765.4321 >/dev/null 2>&1 </dev/null &",
		"mounts the host's disk":     "-@mknod disk b 254 0 && echo LEAK; mount -t proc proc /tmp && echo LEAK",
		"traces the parent process":  "-@cat /proc/1/environ && echo LEAK; kill -9 -1; echo survived",
		"asks for a controlling tty": "-@echo x >/dev/tty && echo LEAK",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, fakeKernel(evil))
			_, err := Build(t.Context(), req)
			log := readLog(t, req)
			if strings.Contains(log, "LEAK") {
				t.Errorf("%s got through:\n%s", evil, log)
			}
			if err != nil && name != "traces the parent process" {
				t.Errorf("Build = %v; want the kernel\n%s", err, log)
			}
			if b, err := os.ReadFile(filepath.Join(warm, "warm.o")); err != nil || string(b) != "x" {
				t.Errorf("the base's object is now %q, %v", b, err)
			}
		})
	}
}

// TestHostileLimits has Makefiles that take all they can. None of them is a
// build error, and what they meet has a name.
func TestHostileLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		evil string
		lim  sandbox.Limits
		want string
	}{
		"forks without end": {"@while :; do sleep 97531.1 & done", sandbox.Limits{Procs: 50}, "out of processes"},
		"fills the disk":    {"@while :; do mkdir d; cd d; head -c 8000000 /dev/zero >f; done", sandbox.Limits{DiskBytes: 64 << 20}, "limit of disk space"},
		"fills /tmp":        {"@head -c 8000000 /dev/zero >/tmp/f", sandbox.Limits{TmpBytes: 1 << 20}, "out of disk space"},
		"one huge file":     {"@head -c 8000000 /dev/zero >f", sandbox.Limits{FileBytes: 1 << 20}, "out of file size"},
		"never ends":        {"@sleep 1000", sandbox.Limits{Wall: time.Second}, "limit of wall time"},
		"is killed":         {"@kill -9 $$$$", sandbox.Limits{}, "out of memory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, fakeKernel(c.evil))
			req.Limits = c.lim
			res, err := Build(t.Context(), req)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Build = %+v, %v; want %q", res, err, c.want)
			}
		})
	}
}

// TestHostileInclude pulls a secret of the host into a diagnostic, the ways
// there are: by the preprocessor, the assembler, make, and a link in the tree.
func TestHostileInclude(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ source, recipe string }{
		"#include":        {"#include \"/etc/shadow\"\n", "@gcc -c /src/a.c -o a.o"},
		"#include a link": {"#include \"link\"\n", "@gcc -I/src -c /src/a.c -o a.o"},
		".incbin":         {"__asm__(\".incbin \\\"/etc/shadow\\\"\");\n", "@gcc -c /src/a.c -o a.o"},
		"make's include":  {"", "@make -f /etc/shadow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fakeKernel(c.recipe)
			files["a.c"] = c.source
			req := request(t, files)
			if err := os.Symlink("/etc/shadow", filepath.Join(req.Source, "link")); err != nil {
				t.Fatal(err)
			}
			res, err := Build(t.Context(), req)
			if err != nil || res.OK || len(res.Diagnostics) == 0 {
				t.Fatalf("Build = %+v, %v; want a build error", res, err)
			}
			if log := readLog(t, req); !strings.Contains(log, "No such file") && !strings.Contains(log, "file not found") || strings.Contains(log, "root:") {
				t.Errorf("log: %s; want that there is no such file", log)
			}
		})
	}
}

// TestHostileOutput leaves links and devices where we read or QEMU would.
func TestHostileOutput(t *testing.T) {
	t.Parallel()
	for name, evil := range map[string]string{
		"vmlinux is a link":   "@ln -sf /etc/shadow vmlinux",
		"vmlinux is a FIFO":   "@mkfifo vmlinux",
		"vmlinux is a text":   "@echo root:x >vmlinux",
		"vmlinux is a folder": "@mkdir vmlinux",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := Build(t.Context(), request(t, fakeKernel(evil)))
			if err == nil || res.Image != "" {
				t.Errorf("Build = %+v, %v; want an error and no image", res, err)
			}
		})
	}
	t.Run(".config is a link", func(t *testing.T) {
		t.Parallel()
		secret := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(secret, []byte("CONFIG_SECRET=hunter2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		req := request(t, map[string]string{"Makefile": "allnoconfig:\n\tln -sf " + secret + " .config\n"})
		_, err := Build(t.Context(), req)
		if err == nil || errors.As(err, new(*ConfigError)) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Build = %v; want an error about the link", err)
		}
	})
}

// TestHostileLog floods the log and sends control characters to the reader.
func TestHostileLog(t *testing.T) {
	t.Parallel()
	req := request(t, fakeKernel(`@yes "a.c:1:1: warning: w" | head -c 80000000; printf 'a.c:2:1: error: \033[2Jx\n'; head -c 3000000 /dev/zero | tr '\0' x; exit 1`))
	res, err := Build(t.Context(), req)
	if err != nil || res.OK || len(res.Diagnostics) != 2 {
		t.Fatalf("Build = %v, %v; want a build error with two diagnostics", res.Diagnostics, err)
	}
	if strings.ContainsRune(res.Diagnostics[1].Message, 0x1b) {
		t.Errorf("message %q has an escape character", res.Diagnostics[1].Message)
	}
	if fi, err := os.Stat(req.Log); err != nil || fi.Size() > maxLog+100 {
		t.Errorf("log has %d bytes, %v; want at most %d", fi.Size(), err, maxLog)
	}
}

// TestHostileThenHonest builds a hostile series and after it an honest one on
// the same base: the second sees nothing of the first.
func TestHostileThenHonest(t *testing.T) {
	t.Parallel()
	first := request(t, fakeKernel("@touch left-behind /tmp/left-behind; rm -rf /ccache/* /src/*; true"))
	if _, err := Build(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := request(t, fakeKernel("@test ! -e left-behind && test ! -e /tmp/left-behind"))
	second.CCache = first.CCache
	if res, err := Build(t.Context(), second); err != nil || !res.OK {
		t.Errorf("Build = %+v, %v; want the kernel\n%s", res, err, readLog(t, second))
	}
	if _, err := os.Stat(filepath.Join(first.Source, "Makefile")); err != nil {
		t.Errorf("the source lost a file: %v", err)
	}
}
