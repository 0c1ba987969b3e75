// SPDX-License-Identifier: MIT

package sandbox

import (
	"os"
	"strings"
	"testing"
)

func TestLeaseUID(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/made"
	taken := map[int]bool{}
	var leases []*uidLease
	for range 50 {
		l, err := leaseUID(dir)
		if err != nil {
			t.Fatal(err)
		}
		if taken[l.uid] || l.uid < firstUID || l.uid > lastUID {
			t.Fatalf("leaseUID = %d; want a new one of the range", l.uid)
		}
		taken[l.uid] = true
		leases = append(leases, l)
	}
	if l, err := tryUID(dir, leases[0].uid); l != nil || err != nil {
		t.Errorf("tryUID of a taken uid = %v, %v; want nil, nil", l, err)
	}
	leases[0].release()
	if l, err := tryUID(dir, leases[0].uid); l == nil || err != nil {
		t.Errorf("tryUID of a released uid = %v, %v; want a lease", l, err)
	}
}

func TestLeaseUIDFollowsNoLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(dir+"/target", dir+"/61200"); err != nil {
		t.Fatal(err)
	}
	if l, err := tryUID(dir, 61200); err == nil {
		t.Errorf("tryUID through a link = %v; want an error", l)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec Spec
		want string
	}{
		"no command":        {Spec{}, "no command"},
		"relative dir":      {Spec{Argv: sh(""), Dir: "x"}, "not absolute"},
		"NUL":               {Spec{Argv: []string{"a\x00b"}}, "NUL"},
		"environment":       {Spec{Argv: sh(""), Env: []string{"PATH"}}, "KEY=value"},
		"relative host":     {Spec{Argv: sh(""), Mounts: []Mount{{Host: "a", Guest: "/a"}}}, "not absolute"},
		"dots":              {Spec{Argv: sh(""), Mounts: []Mount{{Host: "/a", Guest: "/a/../etc"}}}, "clean"},
		"over the root":     {Spec{Argv: sh(""), Mounts: []Mount{{Host: "/a", Guest: "/"}}}, "clean"},
		"writable usr":      {Spec{Argv: sh(""), Mounts: []Mount{{Host: "/a", Guest: "/usr/lib", Writable: true}}}, "own"},
		"shared, read-only": {Spec{Argv: sh(""), Mounts: []Mount{{Host: "/a", Guest: "/a", Shared: true}}}, "not writable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.spec.validate()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("validate = %v; want %q in it", err, c.want)
			}
		})
	}
	good := Spec{Argv: sh("true"), Dir: "/b", Env: []string{"A="}, Mounts: []Mount{{Host: "/a", Guest: "/b/c", Writable: true}}}
	if err := good.validate(); err != nil {
		t.Errorf("validate = %v; want nil", err)
	}
}

// TestArgs holds the walls that are only a word of the argument list each.
func TestArgs(t *testing.T) {
	t.Parallel()
	s := &Sandbox{choom: "/usr/bin/choom", prlimit: "/usr/bin/prlimit", setpriv: "/usr/bin/setpriv"}
	spec := Spec{Argv: []string{"make", "all"}, Env: []string{"A=b=c"}, Mounts: []Mount{{Host: "/h", Guest: "/x/y", Writable: true}, {Host: "/s", Guest: "/src"}}}
	lim := Limits{Procs: 5, FileBytes: -1}.withDefaults()
	both := []string{
		"--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --cap-drop ALL", "--new-session --die-with-parent --clearenv",
		"--ro-bind /usr /usr", "--size 1073741824 --tmpfs /tmp", "--perms 0755 --dir /x --bind /h /x/y", "--ro-bind /s /src",
		"--remount-ro /dev --remount-ro /", "--seccomp 4", "--setenv A b=c", "/usr/bin/choom -n 1000 -- /usr/bin/prlimit --core=0 --nproc=5:5 --as=8589934592:8589934592", "make all",
	}
	for name, c := range map[string]struct {
		id         identity
		want, lack string
	}{
		"root":          {identity{root: true, uid: 61200, gid: 61200}, "setpriv --reuid 61200 --regid 61200 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- make", "--unshare-user"},
		"root, shared":  {identity{root: true, uid: 61200, gid: 61200, groups: "61184"}, "--groups 61184", "--clear-groups"},
		"ordinary user": {identity{uid: 1000, gid: 1000}, "--unshare-user", "setpriv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(s.bwrapArgs(&spec, c.id, lim, true), " ")
			for _, w := range append(both, c.want) {
				if !strings.Contains(got, w) {
					t.Errorf("arguments lack %q:\n%s", w, got)
				}
			}
			if strings.Contains(got, c.lack) || strings.Contains(got, "fsize") || strings.Contains(got, "--share-net") {
				t.Errorf("arguments have what they must not:\n%s", got)
			}
		})
	}
}

func TestHostPath(t *testing.T) {
	t.Parallel()
	mounts := []Mount{{Host: "/home/a/src", Guest: "/src"}, {Host: "/var/o", Guest: "/src/out"}}
	for in, want := range map[string]string{"/src": "/home/a/src", "/src/x/y": "/home/a/src/x/y", "/src/out/z": "/var/o/z", "/srcs": "/srcs", "": ""} {
		if got := hostPath(mounts, in); got != want {
			t.Errorf("hostPath(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestNone(t *testing.T) {
	t.Parallel()
	dir, m := t.TempDir(), marker(20)
	var out strings.Builder
	err := None().Run(t.Context(), Spec{
		Argv: sh("pwd; env; (sleep " + m + " >/dev/null 2>&1 &); exit 4"), Dir: "/build", Env: testEnv, Stdout: &out,
		Mounts: []Mount{{Host: dir, Guest: "/build", Writable: true}},
	})
	if err == nil || err.Error() != "command exited with 4" {
		t.Errorf("Run = %v; want exit code 4", err)
	}
	if !strings.HasPrefix(out.String(), dir+"\n") || strings.Contains(out.String(), "HOME") {
		t.Errorf("output %q; want the host's directory and no HOME", &out)
	}
	if None().Confined() || None().Path([]Mount{{Host: "/h", Guest: "/g"}}, "/g/x") != "/h/x" {
		t.Error("None is confined or does not map paths")
	}
}
