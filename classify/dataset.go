package classify

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Rows reads a CSV file of the evaluation data, each row by the names of its
// header line.
func Rows(path string, each func(map[string]string)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("evaluation data: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("evaluation data %s: %w", path, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\uFEFF")
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("evaluation data %s: %w", path, err)
		}
		m := make(map[string]string, len(header))
		for i, h := range header {
			if i < len(record) {
				m[h] = record[i]
			}
		}
		each(m)
	}
}
