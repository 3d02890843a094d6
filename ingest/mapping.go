package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"huiying/desk"
)

// maxMapping bounds a mapping, in bytes, and maxPointer a pointer in it.
const (
	maxMapping = 16 << 10
	maxPointer = 500
)

// Pointer is a field of a mapping that is found by a JSON pointer (RFC 6901).
type Pointer struct {
	Name string
	At   *string
}

// ReadMapping reads a declared mapping (字段对照), a JSON object, into what its kind
// makes of it, and refuses one that can't be meant, naming the place. It gives the
// names that stand in it: one that isn't in fields is refused.
func ReadMapping(b json.RawMessage, into any, fields []string) (given map[string]json.RawMessage, err error) {
	const field = "settings"
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
	if len(b) == 0 || string(b) == "{}" {
		return nil, desk.Invalid(field, "请填写字段对照")
	}
	if len(b) > maxMapping {
		return nil, desk.Invalid(field, "字段对照不超过 %d KB", maxMapping>>10)
	}
	if err := json.Unmarshal(b, &given); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line := 1 + bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n"))
			return nil, desk.Invalid(field, "字段对照不是有效的 JSON（第 %d 行附近）", line)
		}
		return nil, desk.Invalid(field, "字段对照应为一个 JSON 对象")
	}
	for name := range given {
		if !slices.Contains(fields, name) {
			return nil, desk.Invalid(field, "字段对照中没有“%s”这一项，可用的有：%s", name, strings.Join(fields, "、"))
		}
	}
	if err := json.Unmarshal(b, into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			switch kind.Type.Kind() {
			case reflect.Struct, reflect.Map:
				return nil, desk.Invalid(field, "字段对照的“%s”应为一个 JSON 对象", kind.Field)
			case reflect.Int:
				return nil, desk.Invalid(field, "字段对照的“%s”应为整数", kind.Field)
			}
			return nil, desk.Invalid(field, "字段对照的“%s”应为文字，如 \"/data/title\"", kind.Field)
		}
		return nil, &desk.Error{Code: desk.CodeInvalid, Field: field, Text: "字段对照无法读取", Cause: err}
	}
	return given, nil
}

// CheckPointers refuses those of the given names that are no pointers.
func CheckPointers(given map[string]json.RawMessage, pointers []Pointer) error {
	for _, p := range pointers {
		if _, there := given[p.Name]; !there {
			continue
		}
		if *p.At == "" {
			return desk.Invalid("settings", "字段对照的“%s”是空的；没有这一项就不要写", p.Name)
		}
		if err := CheckPointer(p.Name, *p.At); err != nil {
			return err
		}
	}
	return nil
}

// CheckPointer refuses what isn't a JSON pointer.
func CheckPointer(name, p string) error {
	switch {
	case p != "" && p[0] != '/':
		return desk.Invalid("settings", "字段对照的“%s”须以 / 开头，如 /data/title", name)
	case strings.ContainsFunc(p, unicode.IsControl):
		return desk.Invalid("settings", "字段对照的“%s”含有控制字符", name)
	case len(p) > maxPointer:
		return desk.Invalid("settings", "字段对照的“%s”太长", name)
	case strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(p), "~"):
		return desk.Invalid("settings", "字段对照的“%s”中 ~ 须写成 ~0，/ 须写成 ~1", name)
	}
	return nil
}

// IsHeaderName says whether a text can be the name of a request header.
func IsHeaderName(name string) bool {
	return name != "" && len(name) <= 100 && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
