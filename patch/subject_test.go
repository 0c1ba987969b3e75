// SPDX-License-Identifier: MIT

package patch_test

import (
	"fmt"
	"testing"

	"github.com/fencebot/fencebot/patch"
)

func TestParseSubject(t *testing.T) {
	t.Parallel()
	type S = patch.Subject
	cases := map[string]S{
		"[PATCH] drm: x":                {Patch: true, Title: "drm: x"},
		"[PATCH v2 1/3] drm: x":         {Patch: true, Version: 2, Counted: true, Number: 1, Total: 3, Title: "drm: x"},
		"[PATCHv3 1/2] drm: x":          {Patch: true, Version: 3, Counted: true, Number: 1, Total: 2, Title: "drm: x"},
		"[RFC][PATCH 2/3] drm: x":       {Patch: true, RFC: true, Counted: true, Number: 2, Total: 3, Title: "drm: x"},
		"[RFC PATCH v2 00/17] drm: x":   {Patch: true, RFC: true, Version: 2, Counted: true, Total: 17, Title: "drm: x"},
		"[PATCH drm/xe v2 1/2] x":       {Patch: true, Tags: "drm/xe", Version: 2, Counted: true, Number: 1, Total: 2, Title: "x"},
		"[PATCH RESEND v2 1/3] x":       {Patch: true, Resend: true, Version: 2, Counted: true, Number: 1, Total: 3, Title: "x"},
		"[RESEND PATCH] x":              {Patch: true, Resend: true, Title: "x"},
		"[PATCH v6,19/24] x":            {Patch: true, Version: 6, Counted: true, Number: 19, Total: 24, Title: "x"},
		"[PATCH 2/3 v2] x":              {Patch: true, Version: 2, Counted: true, Number: 2, Total: 3, Title: "x"},
		"[PATCH/RFC 0/3] x":             {Patch: true, RFC: true, Counted: true, Total: 3, Title: "x"},
		"[RFC-PATCH 1/3] x":             {Patch: true, RFC: true, Counted: true, Number: 1, Total: 3, Title: "x"},
		"[PATCH-v2 1/3] x":              {Patch: true, Version: 2, Counted: true, Number: 1, Total: 3, Title: "x"},
		"[PATCH v2 1/3 RESEND] x":       {Patch: true, Version: 2, Counted: true, Number: 1, Total: 3, Resend: true, Title: "x"},
		"[CI 1/2] x":                    {Tags: "CI", Counted: true, Number: 1, Total: 2, Title: "x"},
		"[v2 1/2] x":                    {Version: 2, Counted: true, Number: 1, Total: 2, Title: "x"},
		"[v2,1/2] x":                    {Version: 2, Counted: true, Number: 1, Total: 2, Title: "x"},
		"[net,v2,1/2] net: x":           {Tags: "net", Version: 2, Counted: true, Number: 1, Total: 2, Title: "net: x"},
		"[PATCH v5.1 3/7] x":            {Patch: true, Version: 5, Minor: 1, Counted: true, Number: 3, Total: 7, Title: "x"},
		"[PATCH V2 3/4] x":              {Patch: true, Version: 2, Counted: true, Number: 3, Total: 4, Title: "x"},
		"[Patch 2/2]: x":                {Patch: true, Counted: true, Number: 2, Total: 2, Title: "x"},
		"[patch 01/12] x":               {Patch: true, Counted: true, Number: 1, Total: 12, Title: "x"},
		"[PATCH 1 of 2] x":              {Patch: true, Counted: true, Number: 1, Total: 2, Title: "x"},
		"[PATCH 3/2] x":                 {Patch: true, Counted: true, Number: 3, Total: 2, Title: "x"},
		"[Intel-gfx] [PATCH v2 1/3] x":  {Patch: true, Tags: "Intel-gfx", Version: 2, Counted: true, Number: 1, Total: 3, Title: "x"},
		"[PATCH i-g-t 1/2] tests: x":    {Patch: true, Tags: "i-g-t", Counted: true, Number: 1, Total: 2, Title: "tests: x"},
		"[PATCH 6.12 010/200] x":        {Patch: true, Tags: "6.12", Counted: true, Number: 10, Total: 200, Title: "x"},
		"[PATCH net-next v2 1/3] x":     {Patch: true, Tags: "net-next", Version: 2, Counted: true, Number: 1, Total: 3, Title: "x"},
		"[PATCHES v2 0/3] x":            {Patch: true, Version: 2, Counted: true, Total: 3, Title: "x"},
		"[RFCv2 1/3] x":                 {RFC: true, Version: 2, Counted: true, Number: 1, Total: 3, Title: "x"},
		"Re: [PATCH v2 1/3] drm: x":     {Reply: true, Patch: true, Version: 2, Counted: true, Number: 1, Total: 3, Title: "drm: x"},
		"[PATCH] Re: x":                 {Reply: true, Patch: true, Title: "x"},
		"[GIT PULL] soc: x":             {Tags: "GIT PULL", Title: "soc: x"},
		"widget corrupts data":          {Title: "widget corrupts data"},
		"[PATCH] drm: [x] y":            {Patch: true, Title: "drm: [x] y"},
		"[PATCH drm: x":                 {Title: "[PATCH drm: x"},
		"[PATCH 1/0] x":                 {Patch: true, Tags: "1/0", Title: "x"},
		"[PATCH 99999/2] x":             {Patch: true, Tags: "99999/2", Title: "x"},
		"[PATCH v99999999999999999] x":  {Patch: true, Tags: "v99999999999999999", Title: "x"},
		"[PATCH v2 v3] x":               {Patch: true, Version: 2, Title: "x"},
		"":                              {},
		"[PATCH]":                       {Patch: true},
		"  [PATCH  v2\t1/1 ]   a   b  ": {Patch: true, Version: 2, Counted: true, Number: 1, Total: 1, Title: "a b"},
	}
	for in, want := range cases {
		if got := patch.ParseSubject(in); got != want {
			t.Errorf("ParseSubject(%q) =\n %+v; want\n %+v", in, got, want)
		}
	}
}

func ExampleParseSubject() {
	s := patch.ParseSubject("[Intel-gfx] [PATCHv3,2/10] drm/vgem: signal the fence")
	fmt.Println(s.Version, s.Number, s.Total, s.Title)
	fmt.Println(s)
	// Output:
	// 3 2 10 drm/vgem: signal the fence
	// [PATCH Intel-gfx v3 02/10] drm/vgem: signal the fence
}

func FuzzParseSubject(f *testing.F) {
	for _, s := range []string{
		"[PATCH v2 1/3] drm: x", "Re: [RFC][PATCH 2/3] x", "[PATCH 1 of 2] x", "[1 v2 of 2] x", "[PATCH/RFC-v2 0/3] a [b",
		"[[PATCH] x", "[PATCH v5.01 3/7]:: [media] Re: x", "[1 of 2 of 3][v2;] x", "[0]\u00a0", "[1 1 of 2 of 3] x", "[PATCHv2.] x", "[a\u00a0b] \u00a0x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := patch.ParseSubject(s)
		if got.Number < 0 || got.Number > 9999 || got.Total > 9999 || got.Version > 9999 || (got.Counted && got.Total == 0) {
			t.Errorf("ParseSubject(%q) = %+v: out of bounds", s, got)
		}
		if again := patch.ParseSubject(got.String()); again != got {
			t.Errorf("round trip of %q by %q:\n %+v\n %+v", s, got.String(), got, again)
		}
	})
}
