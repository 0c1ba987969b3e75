// SPDX-License-Identifier: MIT

package kernelbuild

import (
	"fmt"
	"os"
)

// maxLog bounds a build log on disk. A cold build of ours prints 60 KB; a
// hostile one prints as long as it may.
const maxLog = 64 << 20

// logFile is a build log that stops growing at maxLog. It takes all bytes even
// then: a full pipe would stop the build, which is not the log's business.
type logFile struct {
	f    *os.File
	left int64
	err  error // the first error of writing; told by Close
}

func createLog(name string) (*logFile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("create build log: %w", err)
	}
	return &logFile{f: f, left: maxLog}, nil
}

// Write never fails, see logFile.
func (l *logFile) Write(p []byte) (int, error) {
	if l.left <= 0 || l.err != nil {
		return len(p), nil
	}
	part := p[:min(int64(len(p)), l.left)]
	l.left -= int64(len(part))
	_, l.err = l.f.Write(part)
	if l.left == 0 && l.err == nil {
		_, l.err = fmt.Fprintf(l.f, "\n[fencebot: log cut at %d MiB]\n", maxLog>>20)
	}
	return len(p), nil
}

// Close closes the file and tells the first error of the log's life.
func (l *logFile) Close() error {
	err := l.f.Close()
	if l.err != nil {
		err = l.err
	}
	if err != nil {
		return fmt.Errorf("write build log: %w", err)
	}
	return nil
}
