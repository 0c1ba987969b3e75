// SPDX-License-Identifier: MIT

package static

import "strings"

// arguments splits a list of arguments at its outer commas.
func arguments(list string) []string {
	var out []string
	depth, from := 0, 0
	var quote byte
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(list[from:i]))
			from = i + 1
		}
	}
	if last := strings.TrimSpace(list[from:]); last != "" {
		out = append(out, last)
	}
	return out
}

// reclaimFlags returns the argument that lets an allocation wait for free
// memory, "" when there is none: an expression of GFP flags alone that includes
// __GFP_DIRECT_RECLAIM (include/linux/gfp_types.h). Of a variable nothing is
// known, and of a macro of the driver neither.
func reclaimFlags(args []string) string {
	for _, a := range args {
		if reclaims(a) {
			return strings.ReplaceAll(strings.Join(strings.Fields(a), " "), "~ ", "~")
		}
	}
	return ""
}

func reclaims(expr string) bool {
	words := strings.FieldsFunc(expr, func(r rune) bool { return strings.ContainsRune(" ()|&~", r) })
	if len(words) == 0 {
		return false
	}
	for _, w := range words {
		if !strings.HasPrefix(w, "GFP_") && !strings.HasPrefix(w, "__GFP_") {
			return false
		}
	}
	// What is taken away comes last: GFP_KERNEL & ~__GFP_DIRECT_RECLAIM.
	given, taken, _ := strings.Cut(expr, "~")
	return holds(given, reclaiming) && !holds(taken, takesReclaim)
}

func holds(expr string, want func(string) bool) bool {
	for _, w := range strings.FieldsFunc(expr, func(r rune) bool { return strings.ContainsRune(" ()|&~", r) }) {
		if want(w) {
			return true
		}
	}
	return false
}

func takesReclaim(flag string) bool { return flag == "__GFP_DIRECT_RECLAIM" || flag == "__GFP_RECLAIM" }

// reclaiming knows the flags with direct reclaim. GFP_NOFS and GFP_NOIO are
// among them: reclaim calls MMU notifiers with these, too, which may wait for
// fences.
func reclaiming(flag string) bool {
	switch flag {
	case "GFP_KERNEL", "GFP_KERNEL_ACCOUNT", "GFP_NOFS", "GFP_NOIO", "GFP_USER", "GFP_HIGHUSER", "GFP_HIGHUSER_MOVABLE", "GFP_TRANSHUGE":
		return true
	}
	return takesReclaim(flag)
}
