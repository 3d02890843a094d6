package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

const (
	// maxMended bounds a mended file, in bytes.
	maxMended = 10 << 20
	// maxMendedBody leaves room for the form around it, and for a file that is to be
	// refused with words.
	maxMendedBody = maxMended + 2<<20
)

func quarantineHome(int64) string { return "/quarantine" }

// routesQuarantine are the pages of what couldn't be read.
func (s *Server) routesQuarantine() []route {
	need := acts(desk.ActQuarantine)
	at := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, fields, quarantineHome, s.quarantinePage, act)
	}
	return []route{
		{method: get, path: "/quarantine", acts: need, handler: s.quarantine},
		{method: get, path: "/quarantine/{id}", acts: need, handler: s.quarantineOne},
		{method: post, path: "/quarantine/{id}/mend", acts: need, handler: at("mend", s.quarantineMend, "as", "bytes")},
		{method: post, path: "/quarantine/{id}/all", acts: need, handler: s.quarantineAll},
		{method: post, path: "/quarantine/{id}/reveal", acts: acts(desk.ActQuarantineSee), handler: s.quarantineReveal},
		{method: post, path: "/quarantine/{id}/file", acts: acts(desk.ActQuarantineSee), handler: s.quarantineFile},
		{method: post, path: "/quarantine/{id}/upload", acts: need, limit: maxMendedBody, handler: s.quarantineUpload},
		{method: post, path: "/quarantine/{id}/drop", acts: need, handler: at("drop", s.quarantineDrop, "like", "why")},
		{method: post, path: "/quarantine/{id}/reopen", acts: need, handler: at("reopen", s.quarantineReopen, "like", "why")},
	}
}

// quarantineMend puts mended bytes, or the same once more, through the door.
func (s *Server) quarantineMend(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	var mended []byte
	if f.Value("as") == "mended" {
		if f.Value("bytes") == "" {
			return outcome{}, desk.Invalid("bytes", "内容不能为空")
		}
		mended = []byte(f.Value("bytes"))
	}
	return s.quarantineAgain(ctx, who, id, mended)
}

// quarantineAgain puts bytes through the door and says what became of them.
func (s *Server) quarantineAgain(ctx context.Context, who desk.Actor, id int64, mended []byte) (outcome, error) {
	results, err := s.Desk.MendQuarantined(ctx, who, id, mended)
	if err != nil {
		return outcome{}, err
	}
	for _, r := range results {
		switch {
		case r.Status == desk.StatusQuarantined && r.Err != nil:
			return outcome{to: "/quarantine/" + strconv.FormatInt(r.ID, 10), say: "仍无法读取，已作为新的一件隔离：%s", args: []any{r.Err.Message()}}, nil
		case r.Status == desk.StatusQuarantined:
			return outcome{to: "/quarantine", say: "仍无法读取，已作为新的一件隔离"}, nil
		}
	}
	if len(results) == 0 {
		return outcome{to: "/quarantine", say: "已重放，其中没有来件"}, nil
	}
	to := "/quarantine"
	if who.May(desk.ActItemRead) {
		to = "/items/" + strconv.FormatInt(results[0].ID, 10)
	}
	return outcome{to: to, say: "已修复，成为来件"}, nil
}

// quarantineReveal shows it as it is, to be mended, for a recorded reason; the address
// doesn't bring it back.
func (s *Server) quarantineReveal(w http.ResponseWriter, r *http.Request) {
	s.quarantineSeen(w, r, "reveal", func(q desk.Quarantined) {
		s.quarantineShow(w, r, q.ID, http.StatusOK, dialogs{}, &q)
	})
}

// quarantineFile gives its bytes as a file, for a recorded reason.
func (s *Server) quarantineFile(w http.ResponseWriter, r *http.Request) {
	s.quarantineSeen(w, r, "file", func(q desk.Quarantined) {
		writeFile(w, fmt.Sprintf("quarantine-%d%s", q.ID, endingOf(q.Bytes)), q.Bytes)
	})
}

// quarantineSeen is the frame of both.
func (s *Server) quarantineSeen(w http.ResponseWriter, r *http.Request, dialog string, show func(q desk.Quarantined)) {
	id, form, ok := s.reasoned(w, r)
	if !ok {
		return
	}
	q, err := s.Desk.RevealQuarantined(r.Context(), identityOf(r.Context()).who, id, dialog == "file", form.Value("why"))
	if err == nil {
		show(q)
		return
	}
	if d := (dialogs{Form: form}); d.failIn(s, r, dialog, err) {
		s.quarantinePage(w, r, id, d.Status(), d)
		return
	}
	s.Fail(w, r, err)
}

// endingOf is the ending by which an editor opens bytes.
func endingOf(b []byte) string {
	switch {
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return ".json"
	case utf8.Valid(b):
		return ".txt"
	}
	return ".bin"
}

// quarantineUpload puts a mended file through the door.
func (s *Server) quarantineUpload(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var end outcome
	b, err := readMended(r)
	if err == nil {
		end, err = s.quarantineAgain(r.Context(), identityOf(r.Context()).who, id, b)
	}
	if err != nil {
		d := dialogs{}
		if !d.failIn(s, r, "upload", err) {
			s.Fail(w, r, err)
			return
		}
		s.quarantinePage(w, r, id, d.Status(), d)
		return
	}
	s.done(w, r, end.to, end.say, end.args...)
}

// readMended reads the one file of a form.
func readMended(r *http.Request) ([]byte, error) {
	tooBig := desk.Invalid("file", "文件超过 %d MB，请分成几份，由来源重新推送", maxMended>>20)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "表单无法读取，请刷新页面后重试", Cause: err}
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, desk.Invalid("file", "请选择改好的文件")
		}
		var b []byte
		if err == nil && part.FormName() == "file" {
			b, err = io.ReadAll(io.LimitReader(part, maxMended+1))
		} else if err == nil {
			continue
		}
		var big *http.MaxBytesError
		switch {
		case errors.As(err, &big) || len(b) > maxMended:
			return nil, tooBig
		case err != nil:
			return nil, &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文件没有收全，请重新选择", Cause: err}
		case len(b) == 0 && part.FileName() == "":
			return nil, desk.Invalid("file", "请选择改好的文件")
		case len(strings.TrimSpace(string(b))) == 0:
			return nil, desk.Invalid("file", "文件是空的")
		}
		return b, nil
	}
}

// quarantineDrop sets one aside, or all like it.
func (s *Server) quarantineDrop(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	return quarantineMoved(ctx, who, id, f, s.Desk.DropQuarantined, "已搁置 %d 件", "已搁置 %d 件，还有更多，请再试一次")
}

// quarantineReopen takes them up again.
func (s *Server) quarantineReopen(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	return quarantineMoved(ctx, who, id, f, s.Desk.ReopenQuarantined, "重新处理 %d 件", "重新处理 %d 件，还有更多，请再试一次")
}

func quarantineMoved(ctx context.Context, who desk.Actor, id int64, f sentForm, move func(context.Context, desk.Actor, int64, desk.Like, string) (int, bool, error), say, sayMore string) (outcome, error) {
	like, err := desk.ParseLike(f.Value("like"))
	if err != nil {
		return outcome{}, err
	}
	n, more, err := move(ctx, who, id, like, f.Value("why"))
	if more {
		say = sayMore
	}
	return outcome{say: say, args: []any{n}}, err
}
