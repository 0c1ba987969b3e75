// SPDX-License-Identifier: GPL-2.0
/* PID 1 of a test guest: runs the actions that "trig=" on the command line names,
 * one letter each, through the system calls that any program may use. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <drm/drm.h>
#include <drm/drm_mode.h>
#include <drm/vgem_drm.h>
#include <drm/virtgpu_drm.h>

static void say(const char *what, long n)
{
	int fd = open("/dev/kmsg", O_WRONLY);
	char b[128];
	int l = snprintf(b, sizeof b, "<6>trig: %s %ld\n", what, n);
	if (write(fd, b, l)) {}
	close(fd);
}
static void put(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, s, strlen(s)) < 0) say(path, errno);
	close(fd);
}
static int card(const char *driver)
{
	for (int i = 0; i < 8; i++) {
		char p[32], name[32] = "";
		snprintf(p, sizeof p, "/dev/dri/card%d", i);
		int fd = open(p, O_RDWR | O_CLOEXEC);
		if (fd < 0) continue;
		struct drm_version v = { .name = name, .name_len = 31 };
		ioctl(fd, DRM_IOCTL_VERSION, &v);
		if (!strcmp(name, driver)) return fd;
		close(fd);
	}
	say("no card", 0);
	exit(1);
}
static struct { uint32_t crtc[4], conn[8]; int n, m; } res;
static void resources(int fd)
{
	struct drm_mode_card_res r = { .crtc_id_ptr = (uintptr_t)res.crtc, .connector_id_ptr = (uintptr_t)res.conn,
		.count_crtcs = 4, .count_connectors = 8 };
	ioctl(fd, DRM_IOCTL_MODE_GETRESOURCES, &r);
	res.n = r.count_crtcs; res.m = r.count_connectors;
}
static struct drm_mode_modeinfo mode;
static void probe(int fd)
{
	static struct drm_mode_modeinfo modes[128];
	uint32_t props[64]; uint64_t vals[64]; uint32_t enc[8];
	ioctl(fd, DRM_IOCTL_SET_MASTER, 0);
	resources(fd);
	struct drm_mode_get_connector c = { .connector_id = res.conn[0] };
	ioctl(fd, DRM_IOCTL_MODE_GETCONNECTOR, &c);
	c.count_modes = 128; c.modes_ptr = (uintptr_t)modes;
	c.count_props = 64; c.props_ptr = (uintptr_t)props; c.prop_values_ptr = (uintptr_t)vals;
	c.count_encoders = 8; c.encoders_ptr = (uintptr_t)enc;
	ioctl(fd, DRM_IOCTL_MODE_GETCONNECTOR, &c);
	mode = modes[0];
	for (unsigned i = 0; i < c.count_modes; i++)
		if (modes[i].hdisplay == 800 || modes[i].hdisplay == 1024) mode = modes[i];
	if (!c.count_modes) say("no modes", c.connection);
}
static uint32_t dumb(int fd, uint32_t w, uint32_t h, uint32_t *pitch)
{
	struct drm_mode_create_dumb d = { .width = w, .height = h, .bpp = 32 };
	if (ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &d)) say("dumb", errno);
	if (pitch) *pitch = d.pitch;
	struct drm_mode_map_dumb m = { .handle = d.handle };
	if (!ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &m)) {
		char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, m.offset);
		if (p != MAP_FAILED) p[0] = 1;
	}
	return d.handle;
}
static uint32_t fb(int fd)
{
	uint32_t pitch, h = dumb(fd, mode.hdisplay, mode.vdisplay, &pitch);
	struct drm_mode_fb_cmd f = { .width = mode.hdisplay, .height = mode.vdisplay, .pitch = pitch, .bpp = 32, .depth = 24, .handle = h };
	if (ioctl(fd, DRM_IOCTL_MODE_ADDFB, &f)) say("addfb", errno);
	return f.fb_id;
}
static void setcrtc(int fd, int crc)
{
	probe(fd);
	struct drm_mode_crtc c = { .crtc_id = res.crtc[0], .fb_id = fb(fd), .set_connectors_ptr = (uintptr_t)res.conn,
		.count_connectors = 1, .mode = mode, .mode_valid = 1 };
	if (ioctl(fd, DRM_IOCTL_MODE_SETCRTC, &c)) say("setcrtc", errno);
	if (crc) {
		for (int i = 0; i < 4; i++) {
			char p[80];
			snprintf(p, sizeof p, "/sys/kernel/debug/dri/%d/crtc-0/crc/control", i);
			if (access(p, F_OK)) continue;
			put(p, "auto");
			snprintf(p, sizeof p, "/sys/kernel/debug/dri/%d/crtc-0/crc/data", i);
			int d = open(p, O_RDONLY | O_NONBLOCK);
			if (d < 0) say("crc", errno);
			usleep(100000);
		}
	}
	struct drm_mode_crtc_page_flip f = { .crtc_id = res.crtc[0], .fb_id = fb(fd), .flags = DRM_MODE_PAGE_FLIP_EVENT };
	for (int i = 0; i < 3; i++) {
		if (ioctl(fd, DRM_IOCTL_MODE_PAGE_FLIP, &f)) say("flip", errno);
		usleep(60000);
	}
}
static void vgem(void)
{
	int fd = card("vgem");
	mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	*(volatile char *)0x10000000 = 1;
	struct drm_vgem_fence_attach a = { .handle = dumb(fd, 64, 64, 0) };
	if (ioctl(fd, DRM_IOCTL_VGEM_FENCE_ATTACH, &a)) say("attach", errno);
	struct drm_vgem_fence_signal s = { .fence = a.out_fence };
	int wait = 1;
	char b[512] = ""; int c = open("/proc/cmdline", O_RDONLY);
	if (read(c, b, 511) > 0 && strstr(b, "timer-")) { usleep(400000); wait = 0; }
	ioctl(fd, DRM_IOCTL_VGEM_FENCE_SIGNAL, &s);
	if (strstr(b, "timer-irq")) {
		a.out_fence = 0;
		ioctl(fd, DRM_IOCTL_VGEM_FENCE_ATTACH, &a);
		usleep(300000);
	}
	munmap((void *)0x10000000, 4096);
	if (wait) usleep(50000);
}
struct sw { uint32_t value; char name[32]; int32_t fence; };
static void sync_(void)
{
	int fd = open("/sys/kernel/debug/sync/sw_sync", O_RDWR);
	struct sw d = { .value = 1, .name = "a" };
	if (fd < 0 || ioctl(fd, _IOWR('W', 0, struct sw), &d)) say("sw_sync", errno);
	uint32_t one = 1;
	ioctl(fd, _IOW('W', 1, uint32_t), &one);
	struct pollfd p = { .fd = d.fence, .events = POLLIN };
	poll(&p, 1, 500);
}
static void pressure(void)
{
	mkdir("/big", 0777);
	mount("none", "/big", "tmpfs", 0, "size=100%");
	int fd = open("/big/f", O_CREAT | O_RDWR, 0666);
	static char b[1 << 20];
	memset(b, 7, sizeof b);
	for (int i = 0; i < 400 && write(fd, b, sizeof b) > 0; i++) ;
	unlink("/big/f");
}
static void param(void)
{
	int fd = card("virtio_gpu"), v = 0;
	struct drm_virtgpu_getparam g = { .param = VIRTGPU_PARAM_3D_FEATURES, .value = (uintptr_t)&v };
	ioctl(fd, DRM_IOCTL_VIRTGPU_GETPARAM, &g);
}
static void show(void)
{
	for (int i = 0; i < 4; i++) {
		char p[80];
		snprintf(p, sizeof p, "/sys/kernel/debug/dri/%d/vkms_config", i);
		int fd = open(p, O_RDONLY);
		if (fd >= 0 && read(fd, p, sizeof p) < 0) say("read", errno);
	}
}
static void act(char c)
{
	switch (c) {
	case 'c': probe(card("vkms")); break;
	case 'C': probe(card("virtio_gpu")); break;
	case 'v': setcrtc(card("vkms"), 0); break;
	case 'V': setcrtc(card("vkms"), 1); break;
	case 'g': setcrtc(card("virtio_gpu"), 0); break;
	case 'f': vgem(); break;
	case 's': sync_(); break;
	case 'd': put("/proc/sys/vm/drop_caches", "3"); break;
	case 'p': pressure(); break;
	case 'k': show(); break;
	case 'G': param(); break;
	case 'w': sleep(10); break;
	case 'W': sleep(40); break;
	}
}
int main(void)
{
	char b[2048] = "";
	mount("proc", "/proc", "proc", 0, 0);
	mount("sysfs", "/sys", "sysfs", 0, 0);
	mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, 0);
	int fd = open("/proc/cmdline", O_RDONLY);
	if (read(fd, b, sizeof b - 1) < 0) {}
	char *t = strstr(b, "trig=");
	for (t = t ? t + 5 : ""; *t > ' '; t++) {
		char one[2] = { *t, 0 };
		say(one, 0);
		pid_t p = fork();
		if (!p) { act(*t); _exit(0); }
		for (int i = 0; i < 80 && waitpid(p, 0, WNOHANG) == 0; i++)
			usleep(100000 * (*t == 'W' ? 6 : *t == 'w' || *t == 'p' ? 3 : 1));
		kill(p, SIGKILL);
		waitpid(p, 0, WNOHANG);
	}
	usleep(500000);
	say("end", 0);
	usleep(300000);
	reboot(RB_AUTOBOOT);
	return 0;
}
