// SPDX-License-Identifier: MIT

package coverage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tell prints functions as "static name first-last: calls".
func tell(all []function) string {
	var b strings.Builder
	for _, f := range all {
		var calls []string
		for _, c := range f.calls {
			calls = append(calls, fmt.Sprintf("%s@%d", c.name, c.line))
		}
		word := ""
		if f.static {
			word = "static "
		}
		fmt.Fprintf(&b, "%s%s %d-%d: %s\n", word, f.name, f.first, f.last, strings.Join(calls, " "))
	}
	return b.String()
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ src, want string }{
		"plain":     {"int f(void)\n{\n\treturn g(1);\n}\n", "f 1-4: g@3\n"},
		"prototype": {"int f(void);\nextern int g(int (*cb)(int));\n", ""},
		"static, over lines": {
			"static enum x\nlong_name(struct a *b,\n\t  int c)\n{\n\tbegin(); /* end(); */ // more();\n}\n",
			"static long_name 1-6: begin@5\n",
		},
		"attributes": {
			"static __printf(1, 2) void f(const char *x)\n\t__acquires(&l)\n{\n}\n",
			"static f 1-4: \n",
		},
		"a macro without semicolon": {"MODULE(x)\nint f(void)\n{\n}\n", "f 1-4: \n"},
		"table":                     {"static const struct x y[] = {\n\t{ .f = g, .n = SIZE(1) },\n};\nint f(void) {}\n", "f 4-4: \n"},
		"structure":                 {"struct x {\n\tint (*f)(void);\n};\nvoid g(void)\n{\n}\n", "g 4-6: \n"},
		"quotes":                    {"void f(void)\n{\n\tputs(\"{ g( \\\" \");\n\tputc('}');\n}\n", "f 1-5: puts@3 putc@4\n"},
		"directives":                {"#define X(a) { g(a); \\\n\t}\nvoid f(void)\n{\n#if X(1)\n\th();\n#endif\n}\n", "f 3-8: h@6\n"},
		"halves in two branches": {
			"#ifdef A\nint f(int a)\n{\n\tif (a) {\n#else\nint f(void)\n{\n\t{\n#endif\n\tg();\n\t}\n}\nint h(void)\n{\n}\n",
			"f 2-12: if@4 f@6 g@10\nh 13-15: \n",
		},
		"nested":         {"void f(void)\n{\n\tif (a) {\n\t\tg(h(1));\n\t}\n\tk();\n}\n", "f 1-7: if@3 g@4 h@4 k@6\n"},
		"cut off":        {"void f(void)\n{\n\tg();", "f 1-3: g@3\n"},
		"open comment":   {"void f(void)\n{\n\tg(); /*\n}\n", "f 1-5: g@3\n"},
		"open quote":     {"void f(void)\n{\n\tg(\"\n}\nvoid h(void)\n{\n}\n", "f 1-4: g@3\nh 5-7: \n"},
		"no line end":    {"#define X \\", ""},
		"quote, no end":  {"void f(void) { g('\\", "f 1-1: g@1\n"},
		"old directives": {"  # define X {\nvoid f(void)\n{\n}\n", "f 2-4: \n"},
	} {
		if got := tell(functions([]byte(tc.src))); got != tc.want {
			t.Errorf("%s: functions(%q) =\n%s\nwant\n%s", name, tc.src, got, tc.want)
		}
	}
}

func TestInliners(t *testing.T) {
	t.Parallel()
	all := functions([]byte(`
static void leaf(void)
{
	begin();
}
static void middle(void)
{
	leaf();
}
void top(void)
{
	middle();
}
void above(void)
{
	top();
}
static void loop(void)
{
	loop();
	leaf();
}
`))
	if got := fmt.Sprint(callersOf(all).inliners("leaf")); got != "[middle loop top]" {
		t.Errorf("inliners(leaf) = %s; want those it can be inlined into", got)
	}
}

func TestSymbolName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"f+0x1c": "f", "f.isra.0+0x1": "f", "f.constprop.0.cold+0x2": "f", "f": "f", "": ""} {
		if got := symbolName(in); got != want {
			t.Errorf("symbolName(%q) = %q; want %q", in, got, want)
		}
	}
}

// Whatever a series calls C: functions lie in the file, in order, and no two
// overlap.
func FuzzFunctions(f *testing.F) {
	names, err := filepath.Glob("testdata/*.c")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("#\\\n/*\n\"\\"))
	f.Fuzz(func(t *testing.T, src []byte) {
		lines := strings.Count(string(src), "\n") + 1
		all := functions(src)
		for i, fn := range all {
			if fn.name == "" || fn.first < 1 || fn.last < fn.first || fn.last > lines {
				t.Errorf("function %+v in %d lines", fn, lines)
			}
			if i > 0 && fn.first < all[i-1].last {
				t.Errorf("%s begins before %s ends", fn.name, all[i-1].name)
			}
			if slices.ContainsFunc(fn.calls, func(c call) bool { return c.line < fn.first || c.line > fn.last }) {
				t.Errorf("%s calls outside of itself: %+v", fn.name, fn.calls)
			}
		}
	})
}
