// SPDX-License-Identifier: MIT
//
// The static check of the overlays, on a tree that has them:
//
//	spatch --no-includes --very-quiet --sp-file sections.cocci FILE...
//
// LEAK: a way out of the function that does not end the section. A section with
// a cleanup attribute (drm_sched_run_job_work) is listed and is none.
// ALLOC, LOCK: what the rules forbid, or want looked at, called directly inside.

@leak exists@
identifier c; position p, q;
@@
(
 bool c = dma_fence_begin_signalling@p();
|
 c = dma_fence_begin_signalling@p()
)
 ... when != dma_fence_end_signalling(c)
     when any
 return@q ...;

@script:python@
p << leak.p; q << leak.q;
@@
print("LEAK %s:%s: return in line %s" % (p[0].file, p[0].line, q[0].line))

@alloc exists@
identifier c, fn; position p, q; expression list before, after;
@@
(
 bool c = dma_fence_begin_signalling@p();
|
 c = dma_fence_begin_signalling@p()
)
 ... when != dma_fence_end_signalling(c)
     when any
 fn@q(before, \(GFP_KERNEL\|GFP_KERNEL | __GFP_NOFAIL\), after)

@script:python@
p << alloc.p; q << alloc.q; fn << alloc.fn;
@@
print("ALLOC %s:%s: %s in line %s" % (p[0].file, p[0].line, fn, q[0].line))

@lock exists@
identifier c; position p, q;
identifier fn =~ "^(dma_resv_lock|ww_mutex_lock|console_lock|drm_modeset_lock.*|drm_fb_helper_set_suspend_unlocked|drm_helper_resume_force_mode|flush_work|flush_delayed_work|cancel_work_sync|cancel_delayed_work_sync|mmap_read_lock|amdgpu_bo_reserve|drm_sched_stop)$";
@@
(
 bool c = dma_fence_begin_signalling@p();
|
 c = dma_fence_begin_signalling@p()
)
 ... when != dma_fence_end_signalling(c)
     when any
 fn@q(...)

@script:python@
p << lock.p; q << lock.q; fn << lock.fn;
@@
print("LOCK %s:%s: %s in line %s" % (p[0].file, p[0].line, fn, q[0].line))
