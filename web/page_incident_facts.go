package web

import (
	"context"

	"huiying/desk"
)

// incidentFacts registers the casualties and losses known so far (核实事实). It replaces all figures, so that somebody
// who looked at older ones is shown both instead.
func (s *Server) incidentFacts(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	var facts desk.Facts
	for _, one := range []struct {
		field string
		to    **int
	}{{"deaths", &facts.Deaths}, {"missing", &facts.Missing}, {"injured", &facts.Injured}, {"serious_injured", &facts.SeriousInjured},
		{"poisoned", &facts.Poisoned}, {"crowd", &facts.Crowd}, {"at_risk", &facts.AtRisk}} {
		n, err := f.figure(one.field)
		if err != nil {
			return outcome{}, err
		}
		*one.to = n
	}
	var err error
	if facts.LossYuan, err = number64(f.Form, "loss_yuan"); err != nil {
		return outcome{}, err
	}
	room, err := s.Desk.Room(ctx, who, id)
	if err != nil {
		return outcome{}, err
	}
	if seen := f.seen(); seen != 0 && seen != room.Incident.Version {
		f.Values["version"] = figureText(&room.Incident.Version)
		return outcome{}, desk.Conflict("from", "事件刚被改过，现在登记的是：%s。请核对后再保存", s.factsNow(room.Incident.Facts))
	}
	if _, err := s.Desk.NoteFacts(ctx, who, id, facts, f.Value("from")); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已登记核实的事实"}, nil
}

// factsNow tells figures in the language of the catalogue's keys, as arguments of a refusal.
func (s *Server) factsNow(f desk.Facts) string {
	return teller{desk: s.Desk, views: s.Views, lang: LangChinese}.factWords(f)
}
