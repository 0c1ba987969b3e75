// SPDX-License-Identifier: MIT

package lockdep

// damaged says that a report lacks what every report of its family has.
func (p *parser) damaged() bool {
	switch p.family {
	case Panic, Kmemleak, KFENCE, RCUStall, WorkqueueLockup, LockHeldAtUser:
		return false
	}
	return len(p.trace) == 0
}
