package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"
)

// TestVendoredDigests: other people's files are exactly those that were looked at.
func TestVendoredDigests(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"static/vendor/htmx-4.0.1", "webtest/testdata/axe-core-4.14.1"} {
		files := os.DirFS(folder)
		sums, err := fs.ReadFile(files, "SHA256SUMS")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, line := range strings.Split(strings.TrimSpace(string(sums)), "\n") {
			sum, name, _ := strings.Cut(line, "  ")
			want[name] = sum
		}
		entries, err := fs.ReadDir(files, ".")
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != len(want)+1 || want["LICENSE"] == "" {
			t.Errorf("%s: %d files, %d digests; a licence must be among them", folder, len(entries)-1, len(want))
		}
		for name, sum := range want {
			body, err := fs.ReadFile(files, name)
			if err != nil {
				t.Error(err)
				continue
			}
			if got := sha256.Sum256(body); hex.EncodeToString(got[:]) != sum {
				t.Errorf("%s/%s is not the file that was published", folder, name)
			}
		}
	}
}

func TestStaticServes(t *testing.T) {
	t.Parallel()
	s, err := NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	get := func(method, address string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, address, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	for _, name := range s.Names() {
		w := get("GET", s.URL(name), "Accept-Encoding", "br, gzip;q=0.5")
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		body := w.Body.Bytes()
		if w.Header().Get("Content-Encoding") == "gzip" {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if plain := get("GET", s.URL(name), "Accept-Encoding", "gzip;q=0").Body.Bytes(); !bytes.Equal(plain, body) {
			t.Errorf("%s: the two encodings differ", name)
		}
		if path.Ext(name) == ".js" && w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%s is served as %s", name, w.Header().Get("Content-Type"))
		}
	}
	css := s.URL("app.css")
	etag := get("GET", css).Header().Get("ETag")
	if w := get("GET", css, "If-None-Match", etag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("unchanged: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get("HEAD", css); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	if w := get("GET", "/static/older/app.css"); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an older version: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
	for address, code := range map[string]int{"/static/x/nothing.css": 404, "/static/": 404, "/static/x/../catalogue.go": 404, "/static/x/js": 404} {
		if w := get("GET", address); w.Code != code {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if w := get("POST", css); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

// TestStylesheetIsWhole: every stylesheet is in the cascade's list, and the policy's wishes are kept.
func TestStylesheetIsWhole(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(staticFiles, "static/css/*.css")
	if err != nil || len(files) != len(stylesheets) {
		t.Errorf("%d files, %d in the list, %v", len(files), len(stylesheets), err)
	}
	for _, name := range files {
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte("gradient(")) || bytes.Contains(body, []byte("@import")) || bytes.Contains(body, []byte("://")) {
			t.Errorf("%s: a gradient, an import or an address elsewhere", name)
		}
		if a, b := bytes.Count(body, []byte("{")), bytes.Count(body, []byte("}")); a != b {
			t.Errorf("%s: %d braces open, %d close", name, a, b)
		}
	}
}

// TestIconsExist: no view or script asks for a drawing that isn't there.
func TestIconsExist(t *testing.T) {
	t.Parallel()
	sprite, err := staticFiles.ReadFile("static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	check := func(where, name string) {
		asked++
		if !bytes.Contains(sprite, []byte(`id="i-`+name+`"`)) {
			t.Errorf("%s: no icon named %s", where, name)
		}
	}
	for _, item := range lookPage(night, "").Nav {
		check("nav", item.Icon)
	}
	err = fs.WalkDir(viewFiles, "views", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := viewFiles.ReadFile(name)
		for _, m := range iconIn.FindAllStringSubmatch(string(body), -1) {
			check(name, m[1])
		}
		return err
	})
	if err != nil || asked < 12 {
		t.Errorf("%d icons asked for, %v", asked, err)
	}
}
