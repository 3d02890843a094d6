package web

import (
	"context"
	"net/url"

	"huiying/desk"
)

// Source is one configured place that items come from, without its secrets.
type Source struct {
	ID          string       `json:"id"`
	Kind        string       `json:"kind"`
	Channel     desk.Channel `json:"channel"`
	Name        string       `json:"name"`
	URL         *string      `json:"url"`
	Username    *string      `json:"username"`
	State       string       `json:"state" enum:"active,paused"`
	LastSuccess *string      `json:"last_success"`
	LastError   *string      `json:"last_error"`
	LastErrorAt *string      `json:"last_error_at"`
	Failures    int          `json:"failures" doc:"连续失败次数"`
	CreatedAt   string       `json:"created_at"`
}

func (s *Server) listSources(ctx context.Context, who desk.Actor, in *Stretch) (List[Source], error) {
	rows, err := s.Desk.Sources(ctx, who)
	if err != nil {
		return List[Source]{}, err
	}
	z, byID := s.zoned(), func(src desk.Source) int64 { return src.ID }
	return listed("/api/v1/sources", nil, *in, whole(rows, byID), byID, func(src desk.Source) Source {
		return Source{id(src.ID), src.Kind, src.Channel, src.Name, known(src.URL), known(src.Username), src.State, z.maybe(src.LastSuccess),
			known(src.LastError), z.maybe(src.LastErrorAt), src.Failures, z.at(src.CreatedAt)}
	})
}

// Quarantined is what couldn't become an item, with the reason.
type Quarantined struct {
	ID         string  `json:"id"`
	Source     string  `json:"source"`
	ExternalID *string `json:"external_id"`
	Field      *string `json:"field"`
	Reason     string  `json:"reason"`
	At         string  `json:"at"`
	State      string  `json:"state" enum:"open,mended,dropped"`
	Item       *string `json:"item" doc:"修正后成为哪一件来件"`
	Size       int     `json:"size" doc:"原件字节数；0 表示整个原件"`
	Content    *string `json:"content" doc:"内容的开头，号码已遮盖；不是文字则为 null"`
}

// excerptLength is how much of a quarantined share a list shows, in runes.
const excerptLength = 2000

type listQuarantineIn struct {
	Stretch
	State string `query:"state" doc:"open、mended、dropped"`
}

func (s *Server) listQuarantine(ctx context.Context, who desk.Actor, in *listQuarantineIn) (List[Quarantined], error) {
	z := s.zoned()
	return listed("/api/v1/quarantine", url.Values{"state": {in.State}}, in.Stretch, func(p desk.Page) ([]desk.Quarantined, error) {
		return s.Desk.Quarantine(ctx, who, in.State, p)
	}, func(q desk.Quarantined) int64 { return q.ID }, func(q desk.Quarantined) Quarantined {
		return Quarantined{id(q.ID), q.Source, known(q.ExternalID), known(q.Field), q.Reason, z.at(q.At), q.State, idOf(q.ItemID), len(q.Bytes),
			known(q.Excerpt(who, excerptLength))}
	})
}

type mendIn struct {
	ByID
	Body struct {
		Content *string `json:"content,omitempty" doc:"改好的内容；都没有则按原样重放"`
		Bytes   []byte  `json:"bytes,omitempty" doc:"改好的内容，Base64"`
	}
}

// Mended is what became of mended bytes.
type Mended struct {
	Results []PushResult `json:"results" nullable:"false"`
}

func (s *Server) mendQuarantined(ctx context.Context, who desk.Actor, in *mendIn) (Mended, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Mended{}, err
	}
	b := in.Body.Bytes
	if in.Body.Content != nil {
		b = []byte(*in.Body.Content)
	}
	results, err := s.Desk.MendQuarantined(ctx, who, n, b)
	return Mended{each(results, func(r desk.Result) PushResult {
		out := PushResult{Index: r.Index, ID: id(r.ID), Status: r.Status}
		if r.Err != nil {
			out.Error = &PushError{r.Err.Field, r.Err.Message()}
		}
		return out
	})}, err
}
