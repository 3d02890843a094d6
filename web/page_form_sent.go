package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// sentForm is a form as it was sent, with the file that may have come with it.
type sentForm struct {
	Form
	s     *Server
	proof desk.Proof // FileName, FileType and File only
}

// proofTypes are what a proof may be: pictures and PDF, as their first bytes say, not as their names do.
var proofTypes = []string{"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"}

// readSent reads a form, of either encoding. The field of a file is called "file".
func (s *Server) readSent(w http.ResponseWriter, r *http.Request, names ...string) (sentForm, error) {
	f := sentForm{s: s}
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err = r.ParseMultipartForm(1 << 20); err != nil {
			var big *http.MaxBytesError
			if errors.As(err, &big) {
				err = desk.Invalid("file", "截图不超过 %d MB", desk.MaxProof>>20)
			} else {
				err = &desk.Error{Code: desk.CodeInvalid, Text: "表单无法读取，请刷新页面后重试", Cause: err}
			}
			f.Form = Form{Values: map[string]string{}, Faults: map[string]string{}}
			return f, err
		}
		defer func() { _ = r.MultipartForm.RemoveAll() }() // what is left in the temporary folder goes with it
	}
	if f.Form, err = readForm(r, names...); err != nil {
		return f, err
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return f, nil
	}
	f.proof, err = readProof(r.MultipartForm.File["file"][0])
	return f, err
}

// readProof reads a proof's file and refuses what isn't one.
func readProof(h *multipart.FileHeader) (p desk.Proof, err error) {
	if h.Size == 0 && h.Filename == "" {
		return p, nil
	}
	if h.Size > desk.MaxProof {
		return p, desk.Invalid("file", "截图不超过 %d MB", desk.MaxProof>>20)
	}
	file, err := h.Open()
	if err != nil {
		return p, &desk.Error{Code: desk.CodeInternal, Cause: err}
	}
	defer file.Close()
	if p.File, err = io.ReadAll(io.LimitReader(file, desk.MaxProof+1)); err != nil {
		return desk.Proof{}, &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文件没有收全，请重新选择", Cause: err}
	}
	p.FileType = http.DetectContentType(p.File)
	for _, ok := range proofTypes {
		if p.FileType == ok {
			p.FileName = proofName(h.Filename, p.FileType)
			return p, nil
		}
	}
	return desk.Proof{}, desk.Invalid("file", "只收图片（PNG、JPEG、WebP、GIF）或 PDF")
}

// proofName keeps the last part of a name, without what could lead elsewhere, under the ending that the bytes have.
func proofName(name, kind string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"*/:<>?\|`, r) || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, strings.TrimSuffix(name, path.Ext(name)))
	if r := []rune(strings.Trim(name, " .")); len(r) == 0 {
		name = "proof"
	} else {
		name = string(r[:min(len(r), 80)])
	}
	return name + map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif", "application/pdf": ".pdf"}[kind]
}

// at reads a time; empty is nil, which use cases take for now.
func (f sentForm) at(name string) (*time.Time, error) { return f.s.instant(f.Form, name) }

// figure reads a number of people; empty is nil, which is unknown and not zero.
func (f sentForm) figure(name string) (*int, error) {
	v := strings.TrimSpace(f.Values[name])
	if v == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return nil, desk.Invalid(name, "请填写整数")
	}
	return &n, nil
}

// id reads the number of a record, 0 for none.
func (f sentForm) id(name string) int64 { return id64(strings.TrimSpace(f.Values[name])) }

// seen reads the version that the person acts on.
func (f sentForm) seen() int { return int(f.id("version")) }

// renamed puts a refusal at the field that the form has for it.
func renamed(err error, from, to string) error {
	var e *desk.Error
	if !errors.As(err, &e) || e.Field != from {
		return err
	}
	at := *e
	at.Field = to
	return &at
}
