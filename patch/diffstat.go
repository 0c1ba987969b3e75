// SPDX-License-Identifier: MIT

package patch

import (
	"strconv"
	"strings"
)

// hunkCounts reads the line counts of "@@ -a,b +c,d @@". Combined diffs ("@@@")
// and anything else are no hunks.
func hunkCounts(line string) (before, after int, ok bool) {
	f := strings.Fields(line)
	if len(f) < 4 || f[0] != "@@" || !strings.HasPrefix(f[3], "@@") {
		return 0, 0, false
	}
	before, okB := rangeCount(f[1], '-')
	after, okA := rangeCount(f[2], '+')
	return before, after, okB && okA
}

// rangeCount reads the b of "-a,b"; it is 1 when left out.
func rangeCount(s string, sign byte) (int, bool) {
	if len(s) < 2 || s[0] != sign {
		return 0, false
	}
	start, count, given := strings.Cut(s[1:], ",")
	if _, err := strconv.ParseUint(start, 10, 31); err != nil {
		return 0, false
	}
	if !given {
		return 1, true
	}
	n, err := strconv.ParseUint(count, 10, 31)
	return int(n), err == nil
}

// A stat is the last line of a diffstat.
type stat struct{ files, add, del int }

// diffstat finds " 2 files changed, 3 insertions(+), 1 deletion(-)" in a mail.
// Without one it returns zeros.
func diffstat(body string) stat {
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "diff --git ") {
			break
		}
		f := strings.Fields(strings.ReplaceAll(line, ",", " "))
		if line[0] != ' ' || len(f) < 3 || (f[1] != "file" && f[1] != "files") || f[2] != "changed" {
			continue
		}
		var s stat
		s.files, _ = strconv.Atoi(f[0])
		for i := 3; i+1 < len(f); i += 2 {
			n, _ := strconv.Atoi(f[i])
			switch {
			case strings.HasPrefix(f[i+1], "insertion"):
				s.add = n
			case strings.HasPrefix(f[i+1], "deletion"):
				s.del = n
			}
		}
		return s
	}
	return stat{}
}

// lessThan reports whether the diff has less than its diffstat counts. It can
// have more: people edit patches and leave the diffstat alone.
func (c *hunkCheck) lessThan(s stat) bool {
	return c.files < s.files || c.add < s.add || c.del < s.del
}

// hasSignature reports whether a "-- " line stands below the diff, as git
// format-patch ends its mails. Some mail programs strip the blank.
func hasSignature(diff string) bool {
	tail := diff[max(0, len(diff)-2000):]
	return strings.Contains(tail, "\n-- \n") || strings.Contains(tail, "\n--\n") ||
		strings.HasSuffix(tail, "\n-- ") || strings.HasSuffix(tail, "\n--")
}
