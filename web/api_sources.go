package web

import (
	"context"

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
