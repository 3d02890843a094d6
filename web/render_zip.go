package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"net/http"
)

// zipName bounds the name of random length that a compressed page carries.
const zipName = 64

// writeZipped sends a page compressed, to whom takes it so: on a line of 256 kbit/s the desk's own page takes two seconds else.
// What somebody searched for stands in a page beside what only they may see, and the length of what is
// compressed says how much the two are alike; a name of random length, which nobody reads, hides that.
func writeZipped(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	w.Header().Add("Vary", "Accept-Encoding")
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		return write(w, status, body)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Name = noise()
	if _, err := z.Write(body); err != nil {
		return fmt.Errorf("compressing a page: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compressing a page: %w", err)
	}
	w.Header().Set("Content-Encoding", "gzip")
	return write(w, status, out.Bytes())
}

// noise is 0 to zipName-1 letters.
func noise() string {
	var n [1]byte
	_, _ = rand.Read(n[:]) // never fails
	text := ""
	for len(text) < zipName {
		text += rand.Text()
	}
	return text[:int(n[0])%zipName]
}
