package web

import (
	"context"

	"huiying/desk"
)

// SearchFound is what a search gives: items, newest first, and what else is found by the same words.
type SearchFound struct {
	Count     *int       `json:"count" doc:"来件总数，数到 300 为止；null：没有数"`
	Items     []FoundOne `json:"items" nullable:"false"`
	Next      *string    `json:"next" doc:"下一页：after 的值；没有了是 null"`
	Topics    []Topic    `json:"topics" nullable:"false" doc:"最近这些来件所在的话题，热的在前"`
	Incidents []Incident `json:"incidents" nullable:"false"`
	Releases  []Release  `json:"releases" nullable:"false"`
}

// FoundOne is an item that was found.
type FoundOne struct {
	Item
	Score *float64 `json:"score,omitempty" doc:"like：与那一件相近的程度"`
}

type searchIn struct {
	Query string `query:"q" doc:"词、“连着的字”，或带字段：领域:交通运输 渠道:热线 类型:投诉 责任单位: 属地: 号码: 状态: 日期:11-01..11-20 相似:38"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" doc:"上一页的 next"`
}

func (s *Server) searchAll(ctx context.Context, who desk.Actor, in *searchIn) (out SearchFound, err error) {
	what, errs := s.Desk.ReadSearch(in.Query)
	if len(errs) > 0 {
		e := *errs[0]
		e.Field = "q"
		return out, &e
	}
	after, err := optionalNumber("after", in.After)
	if err != nil {
		return out, err
	}
	what.Page = desk.Page{After: after, Limit: in.Limit + 1, Newest: true}
	f, err := s.Desk.Search(ctx, who, what)
	if err != nil {
		return out, err
	}
	z := s.zoned()
	if what.Like == 0 && len(f.Items) > in.Limit {
		f.Items = f.Items[:in.Limit]
		out.Next = idOf(f.Items[in.Limit-1].ID)
	}
	if f.Count >= 0 {
		out.Count = &f.Count
	}
	show := z.item(who)
	out.Items = make([]FoundOne, len(f.Items))
	for i, it := range f.Items {
		out.Items[i].Item = show(it)
		if what.Like != 0 {
			out.Items[i].Score = &f.Scores[i]
		}
	}
	out.Topics, out.Incidents, out.Releases = each(f.Topics, z.topic), each(f.Incidents, z.incident), each(f.Releases, z.release)
	return out, nil
}
