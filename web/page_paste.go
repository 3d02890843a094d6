package web

import (
	"crypto/rand"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"huiying/desk"
)

var pasteFields = []string{"key", "platform", "url", "title", "text", "author", "reads", "comments", "shares", "captured", "published"}

type pasteBody struct {
	Form
	Key       string
	Platforms []Option
	Daily     bool // a vendor's daily file can be taken apart
	DailyMost int  // MiB
}

// paste is the form for what stands on a platform without a feed (粘贴).
func (s *Server) paste(w http.ResponseWriter, r *http.Request) {
	s.pastePage(w, r, http.StatusOK, pasteBody{})
}

func (s *Server) pastePage(w http.ResponseWriter, r *http.Request, status int, body pasteBody) {
	page, err := s.newPage(r, "粘贴媒体内容", "inbox")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if body.Key == "" {
		body.Key = rand.Text()
	}
	if body.Values == nil {
		now := s.Desk.Now()
		body.Values = map[string]string{"captured": s.fieldTime(&now)}
	}
	body.Platforms = sameWords(desk.Platforms)
	body.Daily, body.DailyMost = s.Desk.Daily != nil, desk.MaxDaily>>20
	page.Back, page.Body = "/items?channel=media", body
	s.render(w, r, status, "paste", page)
}

// pasteSave keeps what was pasted, the screenshot with it.
func (s *Server) pasteSave(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, pasteFields...)
	body := pasteBody{Form: f.Form, Key: ownKey(f.Value("key"))}
	var res desk.Result
	if err == nil {
		res, err = s.pasteSent(r, f, body.Key)
	}
	if err != nil {
		err = renamed(err, "shot", "file")
		if !body.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.pastePage(w, r, body.Status(), body)
		return
	}
	s.done(w, r, fmt.Sprintf("/items/%d", res.ID), "已存为媒体来件")
}

func (s *Server) pasteSent(r *http.Request, f sentForm, key string) (res desk.Result, err error) {
	p := desk.Paste{Key: key, Platform: f.Value("platform"), URL: f.Value("url"), Title: f.Value("title"), Text: f.Value("text"), Author: f.Value("author"), Shot: f.proof.File}
	if err := figures64(f, map[string]**int64{"reads": &p.Reads, "comments": &p.Comments, "shares": &p.Shares}); err != nil {
		return res, err
	}
	if p.Captured, err = s.actedAt(f.Form, "captured"); err != nil {
		return res, err
	}
	if p.Published, err = f.at("published"); err != nil {
		return res, err
	}
	return s.Desk.PasteMedia(r.Context(), identityOf(r.Context()).who, p)
}

// figures64 reads figures; an empty field stays unknown.
func figures64(f sentForm, into map[string]**int64) error {
	for _, name := range []string{"reads", "comments", "shares"} {
		to, ok := into[name]
		if !ok {
			continue
		}
		n, err := number64(f.Form, name)
		if err != nil {
			return err
		}
		*to = n
	}
	return nil
}

// itemShot hands out the screenshot of an item: never shown in place.
func (s *Server) itemShot(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	shot, b, err := s.Desk.ShotOf(r.Context(), identityOf(r.Context()).who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", shot.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": shot.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(b) // who asked may be gone
}

// itemCount notes newer figures of an item.
func (s *Server) itemCount(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f, err := s.readSent(w, r, "reads", "comments", "shares", "at")
	if err == nil {
		var c desk.Count
		if err = figures64(f, map[string]**int64{"reads": &c.Reads, "comments": &c.Comments, "shares": &c.Shares}); err == nil {
			if c.At, err = s.actedAt(f.Form, "at"); err == nil {
				err = s.Desk.AddCount(r.Context(), identityOf(r.Context()).who, id, c)
			}
		}
	}
	if err != nil {
		body := itemBody{Form: f.Form, Dialog: "count"}
		if !body.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.itemPage(w, r, id, body.Status(), body)
		return
	}
	s.done(w, r, fmt.Sprintf("/items/%d", id), "已记下")
}
