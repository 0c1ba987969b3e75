// SPDX-License-Identifier: MIT

package static

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseFacts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ out, want string }{
		"call":             {"call\t/source/0001.c\t7\tf\tkmalloc\t1 , GFP_KERNEL\n", "[{[] []} {[{7 f kmalloc 1 , GFP_KERNEL}] []}]"},
		"hook":             {"hook\t/source/0000.c\t9\tops\tdma_fence_ops\tenable_signaling\tf\n", "[{[] [{9 dma_fence_ops enable_signaling f}]} {[] []}]"},
		"no line end":      {"call\t/source/0000.c\t7\tf\tg\t", "[{[{7 f g }] []} {[] []}]"},
		"unknown file":     {"call\t/source/0002.c\t7\tf\tg\t\n", "[{[] []} {[] []}]"},
		"no line":          {"call\t/source/0000.c\t0\tf\tg\t\ncall\t/source/0000.c\tx\tf\tg\t\n", "[{[] []} {[] []}]"},
		"no name":          {"call\t/source/0000.c\t1\tf\tg()\t\n", "[{[] []} {[] []}]"},
		"tab in arguments": {"call\t/source/0000.c\t1\tf\tg\t1\t2\n", "[{[] []} {[] []}]"},
		"other words":      {"warning: something\n\n", "[{[] []} {[] []}]"},
	} {
		if got := fmt.Sprint(parseFacts([]byte(tc.out), 2)); got != tc.want {
			t.Errorf("%s: parseFacts(%q) = %s; want %s", name, tc.out, got, tc.want)
		}
	}
}

// Whatever spatch prints of a stranger's file: names are names, and a graph of
// them can be walked.
func FuzzParseFacts(f *testing.F) {
	f.Add("call\t/source/0000.c\t7\tf\tkmalloc\t1 , GFP_KERNEL\nhook\t/source/0000.c\t9\tops\tdma_fence_ops\tenable_signaling\tf\n")
	f.Add("call\t/source/0000.c\t7\tf\tf\t(\"\ncall\t/source/0000.c\t7\tf\tdma_fence_begin_signalling\t\n")
	f.Fuzz(func(t *testing.T, out string) {
		all := parseFacts([]byte(out), 1)
		for _, c := range all[0].calls {
			if !isName(c.In) || !isName(c.Name) || c.Line < 1 || strings.Contains(c.Args, "\n") {
				t.Errorf("call %+v", c)
			}
		}
		for _, h := range newGraph(map[string]facts{"a.c": all[0]}).hits() {
			if len(h.steps) == 0 || len(h.steps) > maxDepth+1 || h.ban.rule == "" {
				t.Errorf("hit %+v", h)
			}
		}
	})
}

// A function that is nothing but sections costs a bounded time.
func TestFollowIsBounded(t *testing.T) {
	t.Parallel()
	var f facts
	for i := range 20_000 {
		f.calls = append(f.calls, call{i + 1, "f", begin, ""}, call{i + 1, "f", "g", ""}, call{i + 1, "g", saveNoRec, ""})
	}
	g := newGraph(map[string]facts{"a.c": f})
	if g.hits(); g.left >= 0 {
		t.Errorf("%d calls left; want that it gave up", g.left)
	}
}

func TestReclaimFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"sizeof ( * x ) , GFP_KERNEL":                        "GFP_KERNEL",
		"GFP_NOFS":                                           "GFP_NOFS",
		"GFP_NOWAIT | __GFP_NOWARN":                          "",
		"GFP_ATOMIC":                                         "",
		"1 , ( GFP_KERNEL | __GFP_NOWARN )":                  "( GFP_KERNEL | __GFP_NOWARN )",
		"GFP_KERNEL & ~ __GFP_RECLAIM":                       "",
		"GFP_KERNEL & ~ ( __GFP_DIRECT_RECLAIM | __GFP_IO )": "",
		"GFP_KERNEL & ~ __GFP_FS":                            "GFP_KERNEL & ~__GFP_FS",
		"a ? GFP_KERNEL : GFP_ATOMIC":                        "",
		"gfp":                                                "",
		"\"GFP_KERNEL, \\\", GFP_KERNEL\" , ','":             "",
		"__GFP_DIRECT_RECLAIM":                               "__GFP_DIRECT_RECLAIM",
		"":                                                   "",
		"( ( (":                                              "",
	} {
		if got := reclaimFlags(arguments(args)); got != want {
			t.Errorf("reclaimFlags(%q) = %q; want %q", args, got, want)
		}
	}
}

func TestBans(t *testing.T) {
	t.Parallel()
	l := newBanList()
	for name, tc := range map[string]struct {
		call              call
		atomic, noreclaim bool
		want              string
	}{
		"trylock":                    {call: call{Name: "ttm_bo_reserve", Args: "bo , true , true , NULL"}},
		"lock":                       {call: call{Name: "ttm_bo_reserve", Args: "bo , true , false , NULL"}, want: "resv-lock-in-signalling"},
		"wait that ends":             {call: call{Name: "dma_resv_wait_timeout", Args: "r , u , true , 5 * HZ"}},
		"wait for ever":              {call: call{Name: "dma_resv_wait_timeout", Args: "r , u , true , MAX_SCHEDULE_TIMEOUT"}, want: WaitInSignalling},
		"any mutex":                  {call: call{Name: "mutex_lock", Args: "& x -> lock"}},
		"any mutex, atomic":          {call: call{Name: "mutex_lock", Args: "& x -> lock"}, atomic: true, want: "sleep-in-atomic"},
		"lock of the display":        {call: call{Name: "mutex_lock", Args: "& dev -> mode_config . mutex"}, want: "modeset-lock-in-signalling"},
		"typed, GFP_KERNEL inside":   {call: call{Name: "kzalloc_obj", Args: "* p"}, want: "alloc-in-signalling"},
		"typed, with flags":          {call: call{Name: "kzalloc_obj", Args: "* p , GFP_NOWAIT"}},
		"typed, an array":            {call: call{Name: "kvmalloc_objs", Args: "* p , 4"}, want: "alloc-in-signalling"},
		"flags that are only stored": {call: call{Name: "INIT_RADIX_TREE", Args: "& t , GFP_KERNEL"}},
		"no reclaim":                 {call: call{Name: "kmalloc", Args: "1 , GFP_KERNEL"}, noreclaim: true},
		"no reclaim, atomic":         {call: call{Name: "kmalloc", Args: "1 , GFP_KERNEL"}, noreclaim: true, atomic: true, want: "sleep-in-atomic"},
		"sleep":                      {call: call{Name: "msleep", Args: "1"}},
	} {
		if b, ok := l.of(tc.call, tc.atomic, tc.noreclaim); b.rule != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: %+v gives %q, %v; want %q", name, tc.call, b.rule, ok, tc.want)
		}
	}
}

func TestDriverOf(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"drivers/gpu/drm/amd/display/amdgpu_dm/amdgpu_dm.c": "{drivers/gpu/drm/amd true}",
		"drivers/gpu/drm/drm_atomic.c":                      "{drivers/gpu/drm false}",
		"drivers/accel/ivpu/ivpu_job.c":                     "{drivers/accel/ivpu true}",
		"drivers/dma-buf/dma-fence.c":                       "{drivers/dma-buf false}",
		"fs/inode.c":                                        "",
		"drivers/gpu/drm/amd/amdgpu/amdgpu.h":               "",
		"drivers/x.c":                                       "",
	} {
		got := ""
		if d, ok := driverOf(file); ok {
			got = fmt.Sprint(d)
		}
		if got != want {
			t.Errorf("driverOf(%q) = %q; want %q", file, got, want)
		}
	}
}
