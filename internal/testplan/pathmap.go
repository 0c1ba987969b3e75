// SPDX-License-Identifier: MIT

package testplan

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/fencebot/fencebot/qemu/wire"
)

//go:embed lists/paths.txt
var shippedMap string

// Limits on a map.
const (
	MaxMap   = 1 << 20 // bytes
	MaxRules = 10_000
)

// A Map says which IGT tests run for a series, by the paths that it touches.
// The head of lists/paths.txt, which is the shipped one, is the reference of the
// format. The zero value has no rules: every series gets the default list.
type Map struct {
	rules []rule
}

// A rule is one line of a map.
type rule struct {
	line   int
	path   string // of a file, with wildcards; a directory ends in "/"
	listed bool   // the default list
	tests  []pattern
}

// A pattern chooses tests. What it chooses has to be on one of the shipped
// lists, unless it names one test without wildcards.
type pattern struct {
	driver string // "*" is every one, "" forces none
	name   string // binary@subtest, with wildcards
}

// ShippedMap returns the text of the map that comes with fencebot.
func ShippedMap() string { return shippedMap }

// ReadMap reads a map. All its faults are errors that name the line.
func ReadMap(r io.Reader) (Map, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxMap+1))
	if err != nil {
		return Map{}, fmt.Errorf("read map: %w", err)
	}
	if len(text) > MaxMap {
		return Map{}, fmt.Errorf("read map: more than %d bytes", MaxMap)
	}
	var m Map
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line, _, _ := bytes.Cut(line, []byte("#"))
		fields := strings.Fields(string(line))
		if len(fields) == 0 {
			continue
		}
		if len(m.rules) == MaxRules {
			return Map{}, fmt.Errorf("read map: more than %d rules", MaxRules)
		}
		one, err := parseRule(fields)
		if err != nil {
			return Map{}, fmt.Errorf("read map: line %d: %w", n, err)
		}
		one.line = n
		m.rules = append(m.rules, one)
	}
	return m, nil
}

func parseRule(fields []string) (rule, error) {
	r := rule{path: fields[0]}
	if _, err := path.Match(r.path, ""); err != nil || strings.HasPrefix(r.path, "/") {
		return r, fmt.Errorf("%.80q is no path or pattern below the top of the tree", r.path)
	}
	for _, word := range fields[1:] {
		if word == "default" {
			r.listed = true
			continue
		}
		p, err := parsePattern(word)
		if err != nil {
			return r, err
		}
		r.tests = append(r.tests, p)
	}
	return r, nil
}

func parsePattern(word string) (pattern, error) {
	driver, name, ok := strings.Cut(word, ":")
	if _, err := path.Match(name, ""); err != nil || !ok || driver == "" || name == "" {
		return pattern{}, fmt.Errorf("%.80q: want DRIVER:TEST or default", word)
	}
	p := pattern{driverWord(driver), name}
	if p.exact() {
		if binary, subtest, _ := strings.Cut(name, "@"); binary == "" || subtest == "" || strings.ContainsAny(name, "/\x00") ||
			strings.HasPrefix(binary, ".") || strings.HasPrefix(binary, "-") || len(name)+len(driver) > wire.MaxName {
			return pattern{}, fmt.Errorf("%.80q: a single test is DRIVER:BINARY@SUBTEST", word)
		}
	}
	return p, nil
}

// exact reports whether p names one test on one driver.
func (p pattern) exact() bool { return p.driver != "*" && !strings.ContainsAny(p.name, `*?[\`) }

func (p pattern) job() wire.Job {
	binary, subtest, _ := strings.Cut(p.name, "@")
	return wire.Job{Binary: binary, Subtest: subtest, Driver: p.driver, IGT: true}
}

func (p pattern) match(j wire.Job) bool {
	if p.driver != "*" && p.driver != j.Driver {
		return false
	}
	ok, err := path.Match(p.name, j.Name())
	return ok && err == nil
}

// of returns the rule for a file, the last one that matches it, or nil.
func (m Map) of(file string) *rule {
	for i := len(m.rules) - 1; i >= 0; i-- {
		if r := &m.rules[i]; r.match(file) {
			return r
		}
	}
	return nil
}

// match reports whether a rule is about a file. A pattern for a directory
// matches what is below it, at any depth.
func (r *rule) match(file string) bool {
	dir, below := strings.CutSuffix(r.path, "/")
	if below {
		parts := strings.Count(dir, "/") + 1
		all := strings.SplitN(file, "/", parts+1)
		if len(all) <= parts {
			return false
		}
		file = strings.Join(all[:parts], "/")
	}
	ok, err := path.Match(dir, file)
	return ok && err == nil
}
