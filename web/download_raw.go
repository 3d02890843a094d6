package web

import (
	"mime"
	"net/http"
	"strconv"
)

// writeFile answers with bytes that others have made, as a file to be kept: nothing in
// them may run or show in a browser, whatever they are.
func writeFile(w http.ResponseWriter, name string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Download-Options", "noopen")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(b) // who asked may be gone
}
