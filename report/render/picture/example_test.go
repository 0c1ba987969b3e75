// SPDX-License-Identifier: MIT

package picture_test

import (
	"fmt"

	"github.com/fencebot/fencebot/report/lockdep"
	"github.com/fencebot/fencebot/report/render/picture"
)

func ExampleText() {
	s := lockdep.Splat{
		Family: lockdep.CircularDependency,
		Task:   "kms_vblank/86",
		Cycle:  []string{"&a->lock", "&b->lock"},
		Edges: []lockdep.Edge{
			{From: "&a->lock", To: "&b->lock", New: true, Stack: stack("mutex_lock", "vkms_atomic_commit_tail")},
			{From: "&b->lock", To: "&a->lock", Stack: stack("mutex_lock", "vkms_composer_worker", "process_one_work")},
		},
	}
	for _, line := range picture.Text(s, picture.Options{}) {
		fmt.Println(line)
	}
	// Output:
	// A waits for B, and B waits for A. If both run at the same time, neither
	// goes on.
	//
	//      +=================================================================+
	// +--> | A: task kms_vblank/86, caught in this report                    |
	// |    |  holds        &a->lock                                          |
	// |    |  waits for    &b->lock                                          |
	// |    |               in vkms_atomic_commit_tail                        |
	// |    +=================================================================+
	// |           |  A waits for B
	// |           v
	// |    +-----------------------------------------------------------------+
	// |    | B: seen earlier in a work item                                  |
	// |    |  holds        &b->lock                                          |
	// |    |  waits for    &a->lock                                          |
	// |    |               in vkms_composer_worker                           |
	// |    +-----------------------------------------------------------------+
	// |           |  B waits for A
	// +-----------+
}
