package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// stylesheets in the order of the cascade. They are served as one file, app.css:
// one request instead of eight on a slow line, with nothing to build beforehand.
var stylesheets = []string{"tokens", "base", "frame", "controls", "parts", "desk", "intake", "document", "respond", "calendar", "live", "wall", "drill", "find", "topics", "public", "print"}

// contentTypes of everything under static; the machine's own table is never asked,
// since it differs between machines.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": "application/json",
	".txt":  "text/plain; charset=utf-8",
	".md":   "text/plain; charset=utf-8",
	"":      "text/plain; charset=utf-8",
}

// asset is one file in both encodings, ready to be written.
type asset struct {
	plain, zipped []byte
	contentType   string
	etag          string
}

// Static serves the embedded assets. All of them share one version in their address,
// /static/VERSION/js/live.js, so that modules may import each other by relative names and
// still be kept for ever by the browser.
type Static struct {
	version string
	assets  map[string]asset
}

// NewStatic reads and compresses the embedded assets once.
func NewStatic() (*Static, error) {
	s := &Static{assets: map[string]asset{}}
	root, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		return s.add(name, body)
	})
	if err != nil {
		return nil, err
	}
	var css bytes.Buffer
	for _, name := range stylesheets {
		part, ok := s.assets["css/"+name+".css"]
		if !ok {
			return nil, fmt.Errorf("static: css/%s.css is missing", name)
		}
		css.Write(part.plain)
	}
	if err := s.add("app.css", css.Bytes()); err != nil {
		return nil, err
	}
	sounds, err := interfaceSounds()
	if err != nil {
		return nil, err
	}
	if err := s.add("sounds.js", sounds); err != nil {
		return nil, err
	}
	s.version = s.digest()
	return s, nil
}

func (s *Static) add(name string, body []byte) error {
	kind, ok := contentTypes[path.Ext(name)]
	if !ok && path.Base(name) != "SHA256SUMS" {
		return fmt.Errorf("static: no content type for %s", name)
	}
	if !ok {
		kind = contentTypes[""]
	}
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	a := asset{plain: body, contentType: kind, etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	if zipped.Len() < len(body) {
		a.zipped = zipped.Bytes()
	}
	s.assets[name] = a
	return nil
}

func (s *Static) digest() string {
	names := s.Names()
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %s\n", name, s.assets[name].etag)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// Names of all assets, sorted.
func (s *Static) Names() []string {
	names := make([]string, 0, len(s.assets))
	for name := range s.assets {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Base is the address under which the assets of this build stand, without a slash at the end.
func (s *Static) Base() string { return "/static/" + s.version }

// URL is the address of one asset. It panics for a name that doesn't exist: names come from
// templates, and every template is run before the program listens.
func (s *Static) URL(name string) string {
	if _, ok := s.assets[name]; !ok {
		panic("static: no asset named " + name)
	}
	return s.Base() + "/" + name
}

// Size is what the asset weighs on the wire, in bytes, to a browser that takes gzip.
func (s *Static) Size(name string) int {
	a := s.assets[name]
	if a.zipped != nil {
		return len(a.zipped)
	}
	return len(a.plain)
}

// Modules are the ES modules that every page loads, for preloading without a waterfall.
func (s *Static) Modules() []string {
	var names []string
	for _, name := range s.Names() {
		if strings.HasPrefix(name, "js/") && path.Ext(name) == ".js" || strings.HasPrefix(name, "vendor/htmx") && path.Ext(name) == ".js" {
			names = append(names, name)
		}
	}
	return names
}

// ServeHTTP answers GET and HEAD for /static/VERSION/NAME. Another version than this build's, asked
// for by a page from before an upgrade, is answered with today's file, not to be kept.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	a, ok := s.assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", a.etag)
	if version == s.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.zipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// A browser that went away is no concern of ours.
	_, _ = w.Write(body)
}

func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.ReplaceAll(params, " ", "") != "q=0"
		}
	}
	return false
}
