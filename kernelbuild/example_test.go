// SPDX-License-Identifier: MIT

package kernelbuild_test

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/kernelbuild"
)

// Read what a compiler said, as the report shows it.
func ExampleParseLog() {
	log := "  CC      drivers/gpu/drm/vkms/vkms_drv.o\n" +
		"/src/drivers/gpu/drm/vkms/vkms_drv.c:103:20: error: implicit declaration of function 'f' [-Werror=implicit-function-declaration]\n" +
		"make[1]: *** [/src/Makefile:2008: .] Error 2\n"
	diags, err := kernelbuild.ParseLog(strings.NewReader(log), "/src")
	if err != nil {
		panic(err)
	}
	for _, d := range diags {
		fmt.Println(d)
	}
	// Output:
	// drivers/gpu/drm/vkms/vkms_drv.c:103:20: error: implicit declaration of function 'f' [-Werror=implicit-function-declaration]
}
