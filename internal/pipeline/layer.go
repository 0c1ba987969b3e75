// SPDX-License-Identifier: MIT

package pipeline

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/fencebot/fencebot/internal/gittree"
)

// slotWait is how long work that only adds to a verdict waits for another check
// that uses the tree.
const slotWait = 5 * time.Minute

// inLayer does work that comes after the builds of a series: in the tree's slot,
// at home, with a new copy of the warm build. The warm build and the work tree
// are afterwards what they were before.
func (k *check) inLayer(ctx context.Context, work func(slot *gittree.Slot, layer string) error) (err error) {
	slot, err := k.waitSlot(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_, back := slot.Checkout(context.WithoutCancel(ctx), slot.Home())
		err = errors.Join(err, back, slot.Close())
	}()
	layer := k.state.layer(k.req.slot())
	if err := k.newLayer(ctx, layer); err != nil {
		return err
	}
	defer os.RemoveAll(layer)
	return work(slot, layer)
}

// waitSlot is openSlot that gives up after a while: there is a verdict already.
func (k *check) waitSlot(ctx context.Context) (*gittree.Slot, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, slotWait, errors.New("another check uses the tree"))
	defer cancel()
	for {
		slot, err := k.req.Repo.OpenSlot(k.state.slot(k.req.slot()) + "/src")
		if !errors.Is(err, gittree.ErrBusy) {
			return slot, err
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}
