package classify

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"huiying/desk"
)

// maxLabelled is how many texts of a labelled file are taken.
const maxLabelled = 100_000

// Labelled reads texts of which people have said what they are: a CSV file with
// columns title, body (or detail, text) and kind, category (or label), department, or
// a JSONL file with these keys. A line without a text or without a label is an error
// that names it: half a file must not teach.
func Labelled(path string) ([]desk.Lesson, error) {
	var list []desk.Lesson
	var failed error
	line := 1
	name := filepath.Base(path)
	take := func(row map[string]string) {
		line++
		if failed != nil {
			return
		}
		l := desk.Lesson{Ref: fmt.Sprintf("文件 %s 第 %d 行", name, line), Fields: map[string]string{}}
		l.Text = desk.Text{Title: row["title"], Body: row["body"] + row["detail"] + row["text"]}
		for field, value := range map[string]string{desk.FieldKind: row["kind"], desk.FieldCategory: row["category"] + row["label"], desk.FieldDepartment: row["department"]} {
			if value = strings.TrimSpace(value); value != "" {
				l.Fields[field] = value
			}
		}
		switch {
		case len(list) == maxLabelled:
			failed = desk.Invalid("file", "%s 超过 %d 行，请分成几个文件", name, maxLabelled)
		case strings.TrimSpace(l.Text.Title+l.Text.Body) == "":
			failed = desk.Invalid("file", "%s 没有标题和正文（title、body）", l.Ref)
		case len(l.Fields) == 0:
			failed = desk.Invalid("file", "%s 没有标注（kind、category、department 至少一项）", l.Ref)
		}
		if err := labels(l); err != nil && failed == nil {
			failed = err
		}
		list = append(list, l)
	}
	var err error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv":
		err = Rows(path, take)
	case ".jsonl", ".ndjson":
		line = 0
		err = jsonRows(path, take)
	default:
		return nil, desk.Invalid("file", "%s 应为 .csv 或 .jsonl 文件", name)
	}
	if err = errors.Join(err, failed); failed != nil {
		return nil, failed
	}
	return list, err
}

// labels refuses kinds that nobody knows: a slip of the pen would be learnt.
func labels(l desk.Lesson) error {
	if k, ok := l.Fields[desk.FieldKind]; ok {
		for _, known := range desk.Kinds {
			if k == known {
				return nil
			}
		}
		return desk.Invalid("file", "%s 的诉求类型“%s”不认识", l.Ref, k)
	}
	return nil
}

func jsonRows(path string, take func(map[string]string)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var any map[string]any
		if err := json.Unmarshal(lines.Bytes(), &any); err != nil {
			return desk.Invalid("file", "%s 第 %d 行不是有效的 JSON", filepath.Base(path), n)
		}
		row := map[string]string{}
		for k, v := range any {
			if s, ok := v.(string); ok {
				row[k] = s
			}
		}
		take(row)
	}
	return lines.Err()
}
