package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Read returns the records of a journal in their order. Torn counts the lines that
// hold none: what a crash or a full disk left of a record. They cost nothing but
// themselves.
func Read(path string) (records []Record, torn int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("audit: %w", err)
	}
	defer f.Close()
	// A device, such as one that stands for a full disk, may have no end.
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, 0, errors.Join(fmt.Errorf("audit: %s is no file of records", path), err)
	}
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return records, torn, fmt.Errorf("audit: %w", err)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			var r Record
			if json.Unmarshal(line, &r) == nil && r.Kind != "" {
				records = append(records, r)
			} else {
				torn++
			}
		}
		if err != nil {
			return records, torn, nil
		}
	}
}
