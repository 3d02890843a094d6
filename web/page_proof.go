package web

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"huiying/desk"
)

// publicationProof gives the file that proves a publication.
func (s *Server) publicationProof(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p, err := s.Desk.Proof(r.Context(), identityOf(r.Context()).who, id)
	s.sendProof(w, r, p, err, fmt.Sprintf("publication-%d", id))
}

// briefingProof gives the file that proves that a briefing was held.
func (s *Server) briefingProof(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	b, err := s.Desk.Briefing(r.Context(), identityOf(r.Context()).who, id)
	s.sendProof(w, r, b.Proof, err, fmt.Sprintf("briefing-%d", id))
}

// sendProof hands out what somebody uploaded: never shown in place, never under a type that the bytes don't have.
func (s *Server) sendProof(w http.ResponseWriter, r *http.Request, p desk.Proof, err error, otherwise string) {
	if err == nil && len(p.File) == 0 {
		err = desk.NotFound("这条记录没有附带截图")
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	kind := http.DetectContentType(p.File)
	known := false
	for _, t := range proofTypes {
		known = known || t == kind
	}
	if !known {
		kind = "application/octet-stream"
	}
	name := p.FileName
	if name == "" {
		name = otherwise
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(p.File)))
	h.Set("Cache-Control", "private, no-store")
	if _, err := w.Write(p.File); err != nil {
		s.Log.InfoContext(r.Context(), "a proof wasn't taken whole", "error", err)
	}
}
