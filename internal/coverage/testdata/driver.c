// SPDX-License-Identifier: MIT
/* A driver with annotated sites of all kinds: dma_fence_begin_signalling(). */

static void toy_irq(struct toy *toy)
{
	bool cookie = dma_fence_begin_signalling();

	dma_fence_signal(toy->fence);
	dma_fence_end_signalling(cookie);
}

static void toy_tail(struct toy *toy)
{
	bool cookie = dma_fence_begin_signalling();

	flush(toy);
	dma_fence_end_signalling(cookie);
}

void toy_commit(struct toy *toy)
{
	toy_tail(toy);
}

static void toy_first(struct toy *toy)
{
	bool cookie = dma_fence_begin_signalling();
}

static void toy_second(struct toy *toy)
{
	bool cookie = dma_fence_begin_signalling();
}

void toy_both(struct toy *toy)
{
	toy_first(toy);
	toy_second(toy);
}

void toy_twice(struct toy *toy)
{
	bool a = dma_fence_begin_signalling();
	bool b = dma_fence_begin_signalling();
}

long toy_wait(struct toy *toy)
{
	return dma_fence_wait(toy->fence, true);
}
