package web

import (
	"context"
	"strings"

	"huiying/desk"
)

// releaseEdit writes the next version.
func (s *Server) releaseEdit(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	r, err := s.Desk.EditRelease(ctx, who, id, f.seen(), f.Value("title"), f.Value("body"))
	if err != nil {
		return outcome{}, err
	}
	return outcome{say: "已存为第 %d 稿，核对码 %s", args: []any{r.Current.N, r.Current.CheckCode()}}, nil
}

// releaseMend puts the words that a check suggests in the place of those it found, as the next version.
func (s *Server) releaseMend(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	file, err := s.Desk.Release(ctx, who, id)
	if err != nil {
		return outcome{}, err
	}
	v := file.Release.Current
	texts := map[string]*string{"title": &v.Title, "text": &v.Body}
	to, was := texts[f.Value("in")], []rune(f.Value("was"))
	start := int(f.id("start"))
	if to == nil || f.seen() != v.N || start+len(was) > len([]rune(*to)) || string([]rune(*to)[start:start+len(was)]) != string(was) {
		return outcome{}, desk.Conflict("", "文稿已改动，请对照新稿后再办")
	}
	text := []rune(*to)
	*to = string(text[:start]) + strings.TrimSpace(f.Value("with")) + string(text[start+len(was):])
	r, err := s.Desk.EditRelease(ctx, who, id, v.N, v.Title, v.Body)
	if err != nil {
		return outcome{}, err
	}
	return outcome{say: "已改，存为第 %d 稿", args: []any{r.Current.N}}, nil
}

// releaseSubmit hands the current version to secrecy review.
func (s *Server) releaseSubmit(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	r, err := s.Desk.SubmitRelease(ctx, who, id, f.seen())
	if err != nil {
		return outcome{}, err
	}
	return outcome{say: "第 %d 稿已送保密审查", args: []any{r.Current.N}}, nil
}
