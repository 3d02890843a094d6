package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"huiying/desk"
)

// topicOfForm reads which topic was picked: from the list, or its number as typed.
func topicOfForm(f Form) (int64, error) {
	v := strings.TrimPrefix(strings.TrimSpace(picked(f, "into")), "#")
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil || id <= 0 {
		return 0, desk.Invalid("into", "请从列表中选择话题，或填写话题编号")
	}
	return id, nil
}

// topicJoin puts all of the topic into another, and goes there.
func (s *Server) topicJoin(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	into, err := topicOfForm(f.Form)
	if err != nil {
		return outcome{}, err
	}
	a, err := s.Desk.JoinTopics(ctx, who, id, into, f.Value("why"))
	return outcome{to: topicHome(a.To), say: "已并入，共 %d 件，今后同类来件都归到这里", args: []any{len(a.Items)}}, err
}

// topicArrange splits the ticked items off, or moves them to another topic.
func (s *Server) topicArrange(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "do", "title", "into", "into-text", "why")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	ticked := strings.Join(r.PostForm["items"], ",")
	form.Values["items"] = ticked
	who, items := identityOf(r.Context()).who, idsOf(ticked)
	var a desk.TopicAct
	to, say := topicHome(id), "已拆出 %d 件，成为新话题“%s”"
	if form.Value("do") == "move" {
		say = "已移走 %d 件，到“%s”"
		var into int64
		if into, err = topicOfForm(form); err == nil {
			a, err = s.Desk.MoveItems(r.Context(), who, id, into, items, form.Value("why"))
		}
	} else {
		a, err = s.Desk.SplitTopic(r.Context(), who, id, items, form.Value("title"), form.Value("why"))
	}
	if err != nil {
		d := dialogs{Form: form}
		if !d.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.topicPage(w, r, id, d.Status(), d)
		return
	}
	if a.Kind == desk.TopicJoined {
		to = topicHome(a.To) // nothing is left here
	}
	f, err := s.Desk.OpenTopic(r.Context(), who, a.To)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.say(r, Toast{Kind: "ok", Text: s.Views.Text(LangOf(r), say, len(a.Items), cut(f.Topic.Title, 30)), Undo: "/topic-acts/" + id64text(a.ID) + "/undo"})
	s.goTo(w, r, to)
}

func id64text(id int64) string { return strconv.FormatInt(id, 10) }

// topicUndo takes the last act on a topic back, and goes to where the items are again.
func (s *Server) topicUndo(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	a, err := s.Desk.UndoTopicAct(r.Context(), identityOf(r.Context()).who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.done(w, r, topicHome(a.From), "已撤销，来件回到原来的话题")
}

// topicAttach puts the topic's items into an incident that is open.
func (s *Server) topicAttach(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	incident, bad := strconv.ParseInt(f.Value("incident"), 10, 64)
	if bad != nil {
		return outcome{}, desk.Invalid("incident", "请从列表中选择要并入的事件")
	}
	in, err := s.Desk.AttachTopic(ctx, who, id, incident)
	return outcome{to: incidentHome(in.ID), say: "已并入，现有 %d 件来件", args: []any{in.Items}}, err
}

// topicDecline says that the topic isn't an incident, and why.
func (s *Server) topicDecline(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	return outcome{say: "已记下，来件再翻一倍才会再提醒"}, s.Desk.DeclineBurst(ctx, who, id, f.Value("why"))
}
