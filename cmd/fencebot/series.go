// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fencebot/fencebot/internal/mailfile"
	"github.com/fencebot/fencebot/mail"
	"github.com/fencebot/fencebot/patch"
)

func (a *app) seriesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "series [--json] FILE",
		Short: "Print what was understood of an mbox, maildir or directory of patches",
		Args:  exactly(1, "one file, directory or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			msgs, err := a.readMails(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			d := patch.Describe(msgs)
			if asJSON {
				return writeJSON(a.stdout, d)
			}
			a.printSeries(d)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) printSeries(d patch.Description) {
	for _, s := range d.Series {
		state := "complete"
		if !s.Complete {
			state = fmt.Sprintf("incomplete, missing %v", s.Missing)
		}
		fmt.Fprintf(a.stdout, "v%d, %d patches, %s\n", s.Version, s.Total, state)
		for _, subject := range s.Subjects {
			fmt.Fprintf(a.stdout, "  %q\n", subject)
		}
		for _, damage := range s.Damage {
			fmt.Fprintf(a.stdout, "  damaged: %q\n", damage)
		}
	}
	if len(d.Series) == 0 {
		fmt.Fprintf(a.stdout, "no patch series in %d mails\n", len(d.Mails))
	}
}

// readMails is mailfile.Open with its errors marked as the caller's.
func (a *app) readMails(ctx context.Context, path string) ([]*mail.Message, error) {
	msgs, err := mailfile.Open(ctx, path, a.stdin)
	if err != nil && ctx.Err() == nil {
		err = usageError{err}
	}
	return msgs, err
}

// readSeries reads the whole series that path must hold. Where there are
// several it says which one it takes.
func (a *app) readSeries(ctx context.Context, path string) (patch.Series, error) {
	msgs, err := a.readMails(ctx, path)
	if err != nil {
		return patch.Series{}, err
	}
	s, note, err := wholeSeries(msgs)
	if err != nil {
		return s, usagef("%s: %w", path, err)
	}
	if note != "" {
		fmt.Fprintf(a.stderr, "fencebot: %s: %s\n", path, note)
	}
	return s, nil
}

// wholeSeries picks the series that mails are about and refuses one of which
// something is missing or damaged.
func wholeSeries(msgs []*mail.Message) (s patch.Series, note string, err error) {
	if s, note, err = patch.Assemble(msgs).Pick(); err == nil {
		err = s.Validate()
	}
	return s, note, err
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
