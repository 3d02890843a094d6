package web

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huiying/desk"
)

var problemType = reflect.TypeFor[Problem]()

// plain turns huma's own errors into problems: in Chinese, naming the field, and
// never with the value, which may be somebody's phone number.
func plain(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code, text := desk.CodeInvalid, "请求无法读取，请检查格式"
	switch {
	case m.Status == http.StatusRequestEntityTooLarge:
		text = "请求过大"
	case m.Status == http.StatusUnsupportedMediaType:
		text = "Content-Type 须为 application/json"
	case m.Status == http.StatusRequestTimeout:
		text = "长时间没有收到内容，连接已关闭"
	case m.Status >= http.StatusInternalServerError:
		code, text = desk.CodeInternal, internalText
	}
	p := ProblemOf(&desk.Error{Code: code, Text: text})
	p.Status = m.Status
	if len(m.Errors) > 0 && m.Status == http.StatusUnprocessableEntity {
		p.Field, p.Detail = problemField(m.Errors[0])
	}
	return p, nil
}

var requiredName = regexp.MustCompile(`^expected required property (\S+) to be present$`)

// problemField names the field as the contract does and says what is wrong with it.
func problemField(d *huma.ErrorDetail) (field, text string) {
	if d == nil {
		return "", "填写有误"
	}
	_, field, _ = strings.Cut(d.Location, ".")
	if m := requiredName.FindStringSubmatch(d.Message); m != nil {
		if field != "" {
			field += "."
		}
		return field + m[1], "缺少这一项"
	}
	return field, inWords(d.Message)
}

// inWords translates huma's messages. They hold limits of ours, never values sent.
func inWords(message string) string {
	var n float64
	for _, w := range []struct{ form, text string }{
		{"expected number >= %g", "不能小于 %g"}, {"expected number <= %g", "不能大于 %g"}, {"expected length <= %g", "不超过 %g 字"},
		{"expected length >= %g", "不少于 %g 字"}, {"expected array length <= %g", "不超过 %g 项"}, {"expected array length >= %g", "不少于 %g 项"},
	} {
		if _, err := fmt.Sscanf(message, w.form, &n); err == nil {
			return fmt.Sprintf(w.text, n)
		}
	}
	for _, w := range []struct{ prefix, text string }{
		{"unexpected property", "没有这一项，请检查拼写"}, {"unknown query parameter", "没有这个参数，请检查拼写"},
		{"required ", "缺少这一项"}, {"expected string to be base64", "须为 Base64"}, {"expected string", "应为文字（加引号）"},
		{"expected boolean", "应为 true 或 false"}, {"invalid boolean", "应为 true 或 false"}, {"expected integer", "应为整数"}, {"invalid integer", "应为整数"},
		{"expected array", "应为数组"}, {"expected object", "应为对象"},
	} {
		if strings.HasPrefix(message, w.prefix) {
			return w.text
		}
	}
	if list, ok := strings.CutPrefix(message, "expected value to be one of "); ok {
		return "须为 " + strings.Trim(list, `"`) + " 之一"
	}
	if strings.HasPrefix(message, "expected number") {
		return "应为数字"
	}
	return "填写有误"
}
