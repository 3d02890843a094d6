package web

import (
	"context"
	"net/url"
	"unicode/utf8"

	"huiying/desk"
)

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
	Content    *string `json:"content" doc:"内容的开头，号码已遮盖；不是文字，或 sealed 而无权查看，则为 null"`
	Sealed     bool    `json:"sealed" doc:"保密或举报内容，或不能排除"`
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
			known(q.Excerpt(who, excerptLength)), q.Sealed}
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

type quarantineRevealIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"理由；查看会留痕"`
	}
}

// QuarantinedBytes is what lies in quarantine, as it is.
type QuarantinedBytes struct {
	Content *string `json:"content" doc:"不是文字则为 null"`
	Bytes   []byte  `json:"bytes" doc:"Base64"`
}

func (s *Server) revealQuarantined(ctx context.Context, who desk.Actor, in *quarantineRevealIn) (QuarantinedBytes, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return QuarantinedBytes{}, err
	}
	q, err := s.Desk.RevealQuarantined(ctx, who, n, false, in.Body.Why)
	out := QuarantinedBytes{Bytes: q.Bytes}
	if utf8.Valid(q.Bytes) {
		out.Content = known(string(q.Bytes))
	}
	return out, err
}

type quarantineMoveIn struct {
	ByID
	Body struct {
		Why  string `json:"why,omitempty" doc:"理由；搁置必填"`
		Like string `json:"like,omitempty" doc:"空为只这一件；reason 为同一来源、同一原因的全部，source 为同一来源的全部，一次最多 500 件"`
	}
}

// Moved is how many were set aside, or taken up again.
type Moved struct {
	Count int  `json:"count"`
	More  bool `json:"more" doc:"还有更多，请再调用一次"`
}

func (s *Server) dropQuarantined(ctx context.Context, who desk.Actor, in *quarantineMoveIn) (Moved, error) {
	return moveQuarantined(ctx, who, in, s.Desk.DropQuarantined)
}

func (s *Server) reopenQuarantined(ctx context.Context, who desk.Actor, in *quarantineMoveIn) (Moved, error) {
	return moveQuarantined(ctx, who, in, s.Desk.ReopenQuarantined)
}

func moveQuarantined(ctx context.Context, who desk.Actor, in *quarantineMoveIn, move func(context.Context, desk.Actor, int64, desk.Like, string) (int, bool, error)) (m Moved, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return m, err
	}
	like, err := desk.ParseLike(in.Body.Like)
	if err != nil {
		return m, err
	}
	m.Count, m.More, err = move(ctx, who, n, like, in.Body.Why)
	return m, err
}
