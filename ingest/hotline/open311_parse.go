package hotline

import (
	"bytes"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/desk"
)

// TypeForm is the content type of a raw that came by Open311: the form as sent,
// without the key.
const TypeForm = "application/x-www-form-urlencoded"

// formNote is what the door gave a request that came by Open311.
type formNote struct {
	ID    string `json:"id"`    // identity of the item
	Token string `json:"token"` // secret half of the token
}

// fields of a form, by the standard's names, that carry one line.
var formLines = []string{"service_code", "address_string", "address_id", "email", "device_id", "account_id", "first_name", "last_name", "phone", "media_url", "lat", "long", "zipcode"}

// parseForm reads a request that came by Open311.
func parseForm(raw desk.Raw) desk.Part {
	part := desk.Part{Bytes: raw.Bytes}
	var n formNote
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			part.Err = desk.Invalid("", "原件的附注无法读取")
			return part
		}
	}
	in, bad := readForm(raw.Bytes)
	if bad != nil {
		part.Err = bad
		return part
	}
	in.ExternalID = n.ID
	part.Incoming = in
	return part
}

func readForm(b []byte) (in desk.Incoming, bad *desk.Error) {
	form, err := url.ParseQuery(string(bytes.TrimSpace(b)))
	if err != nil {
		return in, desk.Invalid("", "不是有效的表单编码（application/x-www-form-urlencoded）")
	}
	for _, name := range append(slices.Clone(formLines), "description", attributeName(attributeKind), attributeName(attributeDepartment)) {
		if v := form.Get(name); !utf8.ValidString(v) {
			return in, desk.Invalid(name, "含有无法识别的字符（不是有效的 UTF-8）")
		} else if strings.ContainsRune(v, 0) {
			return in, desk.Invalid(name, "含有空字符（NUL），请去掉后重发")
		}
	}
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	category, ok := serviceNamed(get("service_code"))
	if !ok {
		return in, desk.Invalid("service_code", "没有这个 service_code")
	}
	picked := map[string]string{desk.FieldCategory: category}
	if kind := get(attributeName(attributeKind)); kind != "" {
		if !slices.Contains(desk.Kinds, kind) {
			return in, desk.Invalid(attributeName(attributeKind), "没有“%s”这一项，请从列表中选择", kind)
		}
		picked[desk.FieldKind] = kind
	}
	if department := get(attributeName(attributeDepartment)); department != "" {
		picked[desk.FieldDepartment] = department
	}
	x := desk.Extra{Zip: get("zipcode"), PlaceID: get("address_id"), Email: get("email"), Account: get("account_id"), MediaURL: get("media_url")}
	if x.Lat, bad = coordinate("lat", get("lat"), 90); bad != nil {
		return in, bad
	}
	if x.Long, bad = coordinate("long", get("long"), 180); bad != nil {
		return in, bad
	}
	in = desk.Incoming{Body: strings.TrimSpace(strings.ReplaceAll(form.Get("description"), "\r\n", "\n")), Place: get("address_string"),
		Author: desk.Author{Name: fullName(get("first_name"), get("last_name")), Phone: get("phone")}, Picked: picked}
	if x != (desk.Extra{}) {
		in.Extra = &x
	}
	if in.Body == "" { // the standard lets a place and a service be enough
		where := in.Place
		if where == "" && x.Lat != nil && x.Long != nil {
			where = strconv.FormatFloat(*x.Lat, 'f', -1, 64) + "," + strconv.FormatFloat(*x.Long, 'f', -1, 64)
		}
		if where == "" {
			where = x.PlaceID
		}
		in.Title = strings.TrimRight(category+"："+where, "：")
	}
	return in, nil
}

func attributeName(code string) string { return "attribute[" + code + "]" }

// coordinate reads degrees within bounds; empty is nil.
func coordinate(field, s string, most float64) (*float64, *desk.Error) {
	if s == "" {
		return nil, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > most {
		return nil, desk.Invalid(field, "%s 须为 -%.0f 到 %.0f 之间的度数", field, most, most)
	}
	return &v, nil
}

// fullName puts a name together: the family name first where it is Chinese.
func fullName(first, last string) string {
	for _, r := range last + first {
		if unicode.Is(unicode.Han, r) {
			return last + first
		}
	}
	return strings.TrimSpace(first + " " + last)
}
