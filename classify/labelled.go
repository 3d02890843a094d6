package classify

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// Bounds of a labelled file.
const (
	maxLabelled     = 100_000 // texts
	maxLabelledLine = 4 << 20 // bytes of a line of JSONL
)

// Labelled reads texts of which people have said what they are: a CSV file with
// columns title, body (or detail, text) and kind, category (or label), department, or
// a JSONL file with these keys, in UTF-8. Categories are those of the tree, by path or
// by a name that only one of them bears. A line without a text or without a label, or
// with a label that nobody knows, is an error that names it: half a file must not teach.
func Labelled(path string, tree desk.CategoryTree) (list []desk.Lesson, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("labelled file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return readLabelled(filepath.Base(path), f, tree)
}

func readLabelled(name string, r io.Reader, tree desk.CategoryTree) ([]desk.Lesson, error) {
	var list []desk.Lesson
	take := func(line int, row map[string]string) error {
		if len(list) == maxLabelled {
			return desk.Invalid("file", "%s 超过 %d 行，请分成几个文件", name, maxLabelled)
		}
		l, err := labelled(fmt.Sprintf("文件 %s 第 %d 行", name, line), row, tree)
		if err != nil {
			return err
		}
		list = append(list, l)
		return nil
	}
	var err error
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		err = csvRows(name, r, take)
	case ".jsonl", ".ndjson":
		err = jsonRows(name, r, take)
	default:
		err = desk.Invalid("file", "%s 应为 .csv 或 .jsonl 文件", name)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// labelled makes a lesson of a row.
func labelled(ref string, row map[string]string, tree desk.CategoryTree) (desk.Lesson, error) {
	l := desk.Lesson{Ref: ref, Fields: map[string]string{}}
	l.Text = desk.Text{Title: row["title"], Body: cmp.Or(row["body"], row["detail"], row["text"])}
	for field, value := range map[string]string{desk.FieldKind: row["kind"], desk.FieldCategory: cmp.Or(row["category"], row["label"]), desk.FieldDepartment: row["department"]} {
		if value = strings.TrimSpace(value); value != "" {
			l.Fields[field] = value
		}
	}
	for _, text := range row {
		if !utf8.ValidString(text) {
			return l, desk.Invalid("file", "%s 不是 UTF-8 编码，请另存为 UTF-8 再试", ref)
		}
	}
	kind, category := l.Fields[desk.FieldKind], l.Fields[desk.FieldCategory]
	path, known := tree.Find(category)
	switch {
	case strings.TrimSpace(l.Text.Title+l.Text.Body) == "":
		return l, desk.Invalid("file", "%s 没有标题和正文（title、body）", ref)
	case len(l.Fields) == 0:
		return l, desk.Invalid("file", "%s 没有标注（kind、category、department 至少一项）", ref)
	case kind != "" && !slices.Contains(desk.Kinds, kind): // a slip of the pen would be learnt
		return l, desk.Invalid("file", "%s 的诉求类型“%s”不认识", ref, kind)
	case category != "" && !known:
		return l, desk.Invalid("file", "%s 的领域“%s”不认识", ref, category)
	case category != "":
		l.Fields[desk.FieldCategory] = path
	}
	return l, nil
}

// csvRows gives each record by the names of the header, with the line where it begins.
func csvRows(name string, in io.Reader, take func(line int, row map[string]string) error) error {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	var header []string
	for {
		record, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &wrong):
			return desk.Invalid("file", "文件 %s 第 %d 行的引号不配对", name, wrong.StartLine)
		case err != nil:
			return fmt.Errorf("labelled file %s: %w", name, err)
		}
		if header == nil {
			record[0] = strings.TrimPrefix(record[0], "\uFEFF")
			for _, h := range record {
				header = append(header, strings.ToLower(strings.TrimSpace(h)))
			}
			continue
		}
		row := make(map[string]string, len(header))
		for i, h := range header {
			if i < len(record) {
				row[h] = record[i]
			}
		}
		line, _ := r.FieldPos(0)
		if err := take(line, row); err != nil {
			return err
		}
	}
}

// jsonRows gives the texts among the values of each line's object.
func jsonRows(name string, in io.Reader, take func(line int, row map[string]string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLabelledLine)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Bytes()
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\uFEFF"))
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			return desk.Invalid("file", "文件 %s 第 %d 行不是有效的 JSON", name, n)
		}
		row := map[string]string{}
		for k, v := range all {
			if s, ok := v.(string); ok {
				row[k] = s
			}
		}
		if !utf8.Valid(text) { // the decoder has put replacement characters in its place
			row["title"] = string(text)
		}
		if err := take(n, row); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return desk.Invalid("file", "文件 %s 第 %d 行超过 %d MiB", name, n+1, maxLabelledLine>>20)
	case err != nil:
		return fmt.Errorf("labelled file %s: %w", name, err)
	}
	return nil
}
