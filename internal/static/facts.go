// SPDX-License-Identifier: MIT

package static

import (
	"bytes"
	"strconv"
	"strings"
)

// A call is a direct call of a function or macro.
type call struct {
	Line int
	In   string // function around it
	Name string // what is called
	Args string // the arguments, as spatch prints them: "sizeof ( * x ) , GFP_KERNEL"
}

// A hook is a function in an object of callbacks.
type hook struct {
	Line     int
	Type     string // of the object: "drm_sched_backend_ops"
	Field    string // "run_job"
	Function string
}

// facts are what spatch says of one file.
type facts struct {
	calls []call
	hooks []hook
}

// maxFacts bounds the calls of all files of one scan. All of amdgpu's display
// manager has 2,000.
const maxFacts = 300_000

// parseFacts reads what facts.cocci prints of the files fileName(0) and so on.
// The text between is a stranger's: a line that is not of the form is left out,
// and so is all behind maxFacts. Lines are sorted by nobody.
func parseFacts(out []byte, files int) []facts {
	all := make([]facts, files)
	index := map[string]int{}
	for i := range files {
		index[fileName(i)] = i
	}
	n := 0
	for line := range bytes.Lines(out) {
		f := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
		if len(f) < 5 || n == maxFacts {
			continue
		}
		i, known := index[f[1]]
		number, err := strconv.Atoi(f[2])
		if !known || err != nil || number < 1 || !isName(f[4]) {
			continue
		}
		switch {
		case f[0] == "call" && len(f) == 6 && isName(f[3]):
			all[i].calls = append(all[i].calls, call{number, f[3], f[4], f[5]})
			n++
		case f[0] == "hook" && len(f) == 7 && isName(f[5]) && isName(f[6]):
			all[i].hooks = append(all[i].hooks, hook{number, f[4], f[5], f[6]})
			n++
		}
	}
	return all
}

// maxName bounds the name of a function, in bytes. The longest of the kernel
// has a hundred.
const maxName = 200

// isName reports whether s is an identifier of C.
func isName(s string) bool {
	if s == "" || len(s) > maxName || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
}
