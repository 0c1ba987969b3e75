// SPDX-License-Identifier: MIT

static int toy_reset(struct toy *toy)
{
	toy_stop(toy);
	toy_hw_start(toy);
	return 0;
}

static struct dma_fence *toy_run_job(struct drm_sched_job *job)
{
	struct toy_fence *f;
	struct page *p;

	f = kzalloc(sizeof(*f), GFP_NOWAIT);
	toy_push(f, job);
	return &f->base;
}

static enum drm_gpu_sched_stat toy_timedout(struct drm_sched_job *job)
{
	void *dump = kmalloc(4096, GFP_KERNEL);

	toy_reset(job->toy);
	kfree(dump);
	return DRM_GPU_SCHED_STAT_NOMINAL;
}

static const struct drm_sched_backend_ops toy_ops = {
	.run_job = toy_run_job,
	.timedout_job = toy_timedout,
};

static bool toy_enable_signaling(struct dma_fence *f)
{
	toy_irq_on(f);
	return true;
}

static const struct dma_fence_ops toy_fence_ops = {
	.enable_signaling = toy_enable_signaling,
};
