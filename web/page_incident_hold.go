package web

import (
	"context"

	"huiying/desk"
)

// incidentTake makes the person the one who holds the incident.
func (s *Server) incidentTake(ctx context.Context, who desk.Actor, id int64, _ sentForm) (outcome, error) {
	_, err := s.Desk.TakeIncident(ctx, who, id)
	return outcome{say: "已接手，事件由您办理"}, err
}

// incidentClose ends the incident once its deadlines are met.
func (s *Server) incidentClose(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	_, err := s.Desk.CloseIncident(ctx, who, id, f.Value("why"))
	return outcome{say: "事件已办结"}, err
}
