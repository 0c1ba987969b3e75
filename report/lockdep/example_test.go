// SPDX-License-Identifier: MIT

package lockdep_test

import (
	"fmt"
	"strings"

	"github.com/fencebot/fencebot/report/lockdep"
)

func ExampleScan() {
	console := `[    6.1] [IGT] vgem_basic: executing
[    6.2] [IGT] vgem_basic: starting subtest dmabuf-fence
[    6.3] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585
[    6.3] in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 59, name: vgem_basic
[    6.3] CPU: 1 UID: 0 PID: 59 Comm: vgem_basic Not tainted 6.12.0 #19
[    6.3] Call Trace:
[    6.3]  dump_stack_lvl+0xb4/0xca
[    6.3]  __might_resched+0x21b/0x237
[    6.3]  __mutex_lock+0xa0/0x393
[    6.3]  vgem_fence_signal_ioctl+0xa3/0xd7
`
	for s, err := range lockdep.Scan(strings.NewReader(console), lockdep.Options{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.Family, s.Function, s.Subtest, s.Task)
	}
	// Output: atomic-sleep vgem_fence_signal_ioctl vgem_basic@dmabuf-fence vgem_basic/59
}

func ExampleLog_State() {
	console := `[    6.3] INFO: trying to register non-static key.
[    6.3] The code is fine but needs lockdep annotation, or maybe
[    6.3] you didn't initialize this object before use?
[    6.3] turning off the locking correctness validator.
[    6.3] Call Trace:
[    6.3]  register_lock_class+0xb4/0xca
[    6.3]  vgem_fence_open+0xa3/0xd7
[    7.1] vgem: a clean test, if anybody looked
`
	log := lockdep.NewLog(strings.NewReader(console), lockdep.Options{})
	for s, err := range log.Splats() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.Family, s.Function)
	}
	fmt.Printf("%+v\n", log.State())
	// Output:
	// non-static-key vgem_fence_open
	// {Alive:false Reason:lockdep was turned off by the report in line 1 (non-static-key)}
}
