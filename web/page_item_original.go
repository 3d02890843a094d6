package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"huiying/desk"
)

// itemOriginal hands out what an item came as, for a recorded reason: never shown in
// place, whatever it is.
func (s *Server) itemOriginal(w http.ResponseWriter, r *http.Request) {
	id, form, ok := s.reasoned(w, r)
	if !ok {
		return
	}
	o, err := s.Desk.DownloadOriginal(r.Context(), identityOf(r.Context()).who, id, form.Value("why"))
	switch {
	case err == nil:
		writeFile(w, fmt.Sprintf("item-%d%s", id, originalEnding(o)), o.Bytes)
	case form.fail(s, r, err):
		s.itemPage(w, r, id, form.Status(), itemBody{Form: whyIn(keepFields(form), "original"), Dialog: "original"})
	default:
		s.Fail(w, r, err)
	}
}

// originalEnding is the ending by which a program opens an original.
func originalEnding(o desk.Original) string {
	kind, _, _ := strings.Cut(o.ContentType, ";")
	switch kind = strings.ToLower(strings.TrimSpace(kind)); {
	case kind == "message/rfc822":
		return ".eml"
	case strings.HasSuffix(kind, "xml"):
		return ".xml"
	}
	return endingOf(o.Bytes)
}

type itemOriginalIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"理由，将留痕"`
	}
}

// OriginalBytes is what an item came as.
type OriginalBytes struct {
	ContentType string `json:"content_type" doc:"收到时的媒体类型；只是其中一份时为空"`
	Digest      string `json:"digest" doc:"SHA-256，十六进制"`
	Bytes       []byte `json:"bytes" doc:"内容，Base64"`
}

func (s *Server) downloadOriginal(ctx context.Context, who desk.Actor, in *itemOriginalIn) (out OriginalBytes, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	o, err := s.Desk.DownloadOriginal(ctx, who, n, in.Body.Why)
	if err != nil {
		return out, err
	}
	return OriginalBytes{o.ContentType, hex.EncodeToString(o.Digest), o.Bytes}, nil
}
