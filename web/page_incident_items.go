package web

import (
	"context"

	"huiying/desk"
)

// incidentAttach joins more items to the incident.
func (s *Server) incidentAttach(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	ids := idsOf(f.Value("items"))
	if len(ids) == 0 {
		return outcome{}, desk.Invalid("items", "请填写来件编号，多件用逗号隔开")
	}
	in, err := s.Desk.AttachItems(ctx, who, id, ids)
	if err != nil {
		return outcome{}, renamed(err, "", "items")
	}
	return outcome{say: "已并入，现有 %d 件来件", args: []any{in.Items}}, nil
}
