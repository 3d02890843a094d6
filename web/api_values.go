package web

import (
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// recordID reads an id. One that isn't a number names nothing.
func recordID(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != id {
		return 0, desk.NotFound("没有编号为这个的记录")
	}
	return n, nil
}

// numbers reads ids in a field of the input.
func numbers(field string, ids []string) ([]int64, error) {
	all := make([]int64, len(ids))
	for i, id := range ids {
		n, err := recordID(id)
		if err != nil {
			return nil, desk.Invalid(field, "编号须为数字")
		}
		all[i] = n
	}
	return all, nil
}

// optionalNumber is a filter's id; "" is none.
func optionalNumber(field, id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	n, err := recordID(id)
	if err != nil {
		return 0, desk.Invalid(field, "编号须为数字")
	}
	return n, nil
}

// idOf writes an id; none is null.
func idOf(n int64) *string {
	if n == 0 {
		return nil
	}
	s := strconv.FormatInt(n, 10)
	return &s
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// known is null for what isn't known.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// zoneless are the forms without an offset, which mean the office's zone.
var zoneless = []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// ReadTime reads an instant that somebody sent: RFC 3339, or without a zone in the
// office's. "" is nil. A date alone is refused: midnight would be an invention,
// and clocks may start from it.
func ReadTime(field, value string, zone *time.Location) (*time.Time, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(strings.ToUpper(value), " ", "T", 1))
	for _, layout := range zoneless {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, value, zone)
	}
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return nil, desk.Invalid(field, "时间无法识别，应如 2026-03-05T14:30:00+08:00")
	}
	return &t, nil
}

// zoned writes instants in the office's zone.
type zoned struct{ zone *time.Location }

func (s *Server) zoned() zoned { return zoned{s.Desk.Policy.Office.Location} }

func (z zoned) at(t time.Time) string { return t.In(z.zone).Format(time.RFC3339Nano) }

func (z zoned) maybe(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := z.at(*t)
	return &s
}

func (s *Server) when(field string, value *string) (*time.Time, error) {
	if value == nil {
		return nil, nil
	}
	return ReadTime(field, *value, s.Desk.Policy.Office.Location)
}
