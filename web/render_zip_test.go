package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestZippedPages: who takes gzip gets the same page in it, of a length that says nothing; others get it plain.
func TestZippedPages(t *testing.T) {
	t.Parallel()
	page := []byte(strings.Repeat("<p>一行</p>", 500))
	lengths := map[int]bool{}
	for range 40 {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		if err := writeZipped(w, r, 200, page); err != nil {
			t.Fatal(err)
		}
		if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" || w.Body.Len() > len(page)/10 {
			t.Fatalf("%v, %d bytes", w.Header(), w.Body.Len())
		}
		lengths[w.Body.Len()] = true
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, page) {
			t.Fatalf("%v: %d bytes", err, len(got))
		}
	}
	if len(lengths) < 10 {
		t.Errorf("the same page forty times has but %d lengths", len(lengths))
	}
	w := httptest.NewRecorder()
	if err := writeZipped(w, httptest.NewRequest("GET", "/", nil), 200, page); err != nil || w.Header().Get("Content-Encoding") != "" || !bytes.Equal(w.Body.Bytes(), page) {
		t.Errorf("plain: %v, %v", err, w.Header())
	}
}
