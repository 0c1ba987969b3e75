// SPDX-License-Identifier: MIT

package report

// A Word is the verdict on a series in one word.
type Word string

// The verdicts in the order of their precedence: the first that holds is the
// verdict.
const (
	InfraError    Word = "infra-error"    // the machine or the base did not work: nothing is known of the series
	ApplyConflict Word = "apply-conflict" // the series does not fit its base
	BuildError    Word = "build-error"    // some prefix of the series does not compile, mended later or not
	BootFailure   Word = "boot-failure"   // the patched kernel does not get up and the base does
	Findings      Word = "findings"       // the kernel reported what it does not report on the base
	NotExercised  Word = "not-exercised"  // nothing was tested with lockdep alive
	Pass          Word = "pass"           // tests ran with lockdep alive and nothing new was reported
)

// ExitCode returns the exit status of the program for a verdict: 0 pass, 1 the
// series is bad, 3 the machine is, 4 nothing was tested. 2 stays free for wrong
// usage. A word that is none of the above is 3: it proves nothing.
func (w Word) ExitCode() int {
	switch w {
	case Pass:
		return 0
	case Findings, BuildError, ApplyConflict, BootFailure:
		return 1
	case NotExercised:
		return 4
	}
	return 3
}
