// SPDX-License-Identifier: MIT

package patch

// Join makes one series of several, patches numbered anew: what a report carries
// to run a check again, and what goes into one mbox.
func Join(title string, list []Series) Series {
	out := Series{Version: 1, Title: title}
	for _, s := range list {
		for _, p := range s.Patches {
			p.Number, p.Mail = len(out.Patches)+1, nil
			out.Patches = append(out.Patches, p)
		}
	}
	out.Total = len(out.Patches)
	return out
}
