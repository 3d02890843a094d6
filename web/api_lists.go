package web

import (
	"net/url"
	"strconv"

	"huiying/desk"
)

// Stretch is how every list is read, oldest first.
type Stretch struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"最多几条"`
	After string `query:"after" doc:"从哪一条之后；用上一页给出的 next 即可"`
}

func (p Stretch) page() (desk.Page, error) {
	after, err := optionalNumber("after", p.After)
	return desk.Page{After: after, Limit: p.Limit}, err
}

// List is one stretch of a list.
type List[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"下一页的地址；没有了是 null"`
}

// listed gets one stretch, and looks whether there is more: next is null exactly
// at the end.
func listed[R, T any](path string, filters url.Values, in Stretch, get func(desk.Page) ([]R, error), idOf func(R) int64, show func(R) T) (List[T], error) {
	page, err := in.page()
	if err != nil {
		return List[T]{}, err
	}
	rows, err := get(page)
	if err != nil {
		return List[T]{}, err
	}
	out := List[T]{Items: make([]T, len(rows))}
	for i, r := range rows {
		out.Items[i] = show(r)
	}
	if len(rows) == 0 || len(rows) < page.Size() {
		return out, nil
	}
	last := idOf(rows[len(rows)-1])
	more, err := get(desk.Page{After: last, Limit: 1})
	if err != nil || len(more) == 0 {
		return out, err
	}
	q := url.Values{}
	for k, v := range filters {
		if len(v) > 0 && v[0] != "" {
			q[k] = v
		}
	}
	q.Set("after", strconv.FormatInt(last, 10))
	q.Set("limit", strconv.Itoa(page.Size()))
	next := path + "?" + q.Encode()
	out.Next = &next
	return out, nil
}

// whole pages a list that comes whole.
func whole[R any](rows []R, idOf func(R) int64) func(desk.Page) ([]R, error) {
	return func(p desk.Page) ([]R, error) {
		var out []R
		for _, r := range rows {
			if idOf(r) > p.After && len(out) < p.Size() {
				out = append(out, r)
			}
		}
		return out, nil
	}
}
