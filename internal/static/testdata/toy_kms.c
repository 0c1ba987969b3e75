// SPDX-License-Identifier: MIT

static void toy_commit_tail(struct drm_atomic_state *state)
{
	toy_planes(state);
	drm_atomic_helper_commit_hw_done(state);
	kfree(kmalloc(1, GFP_KERNEL));
}

static const struct drm_mode_config_helper_funcs toy_funcs = {
	.atomic_commit_tail = toy_commit_tail,
};

void toy_flip(struct toy *toy)
{
	void *e = kmalloc(8, GFP_KERNEL);
	bool cookie;

	cookie = dma_fence_begin_signalling();
	if (toy_busy(toy)) {
		dma_fence_end_signalling(cookie);
		return;
	}
	toy_kick(toy, e);
	dma_fence_end_signalling(cookie);
	flush_work(&toy->work);
}
