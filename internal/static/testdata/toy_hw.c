// SPDX-License-Identifier: MIT

void toy_hw_start(struct toy *toy)
{
	toy_hw_load(toy);
}

int toy_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	void *x = kzalloc(8, GFP_KERNEL);

	toy_use(x);
	return 0;
}
