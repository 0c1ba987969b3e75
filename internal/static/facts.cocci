// SPDX-License-Identifier: MIT
//
// Lists, a line each and fields between tabs:
//
//	call FILE LINE IN NAME ARGUMENTS    IN calls NAME directly
//	hook FILE LINE IN TYPE FIELD NAME   ".FIELD = NAME" in an object of TYPE
//
// There is no rule for "between begin and end": Coccinelle follows every path
// of a function for that, which takes minutes for the commit tail of amdgpu.

@initialize:python@
@@
def put(kind, p, *more):
    print("\t".join([kind, p.file, p.line, p.current_element] + [" ".join(str(m).split())[:2000] for m in more]))

@call@
identifier fn;
position p;
expression list args;
@@
 fn@p(args)

@script:python@
p << call.p;
fn << call.fn;
args << call.args;
@@
put("call", p[0], fn, args)

@hook@
identifier ops =~ "^(drm_sched_backend_ops|drm_mode_config_helper_funcs|drm_crtc_helper_funcs|drm_plane_helper_funcs|dma_fence_ops|dma_fence_work_ops)$";
identifier table, member, fn;
position p;
@@
 struct ops table = { .member@p = fn, };

@script:python@
p << hook.p;
ops << hook.ops;
member << hook.member;
fn << hook.fn;
@@
put("hook", p[0], ops, member, fn)
