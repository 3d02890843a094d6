// Package daily takes a monitoring vendor's daily file (监测日报) apart: a Word document of
// headings, numbered paragraphs and tables, or the rows of a table, into mentions.
package daily

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"huiying/desk"
)

// What a document may be.
const (
	MaxFile   = 64 << 20 // bytes, and as much unpacked
	maxParts  = 4000
	maxDepth  = 200
	maxShrunk = 200     // by which text of this size and more may shrink
	smallPart = 1 << 20 // below which it may shrink as it likes
	maxText   = 1 << 20 // bytes of one paragraph
	maxCells  = 64      // of a row
	maxRows   = 20_000
)

// block is a paragraph, or a row of a table.
type block struct {
	text     string
	link     string // of the first link in it
	numbered bool
	heading  bool
	cells    []string // of a row; nil: a paragraph
	table    int      // which one
}

func refused(why string) error {
	return &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文档已损坏、不是 DOCX 或超出可读取的范围，请用 Word 或 WPS 另存为 DOCX 后再试", Cause: errors.New("docx: " + why)}
}

// blocks reads a DOCX file. Only its text and its links are opened; nothing that it
// refers to is fetched.
func blocks(file []byte) ([]block, error) {
	if len(file) > MaxFile {
		return nil, desk.Invalid("file", "文件不超过 %d MB", MaxFile>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, refused(err.Error())
	}
	if len(z.File) > maxParts {
		return nil, refused("parts")
	}
	links := map[string]string{}
	err = part(z, "word/_rels/document.xml.rels", func(d *xml.Decoder) error {
		return walk(d, func(e xml.StartElement) error {
			if e.Name.Local == "Relationship" && strings.HasSuffix(attribute(e, "Type"), "/hyperlink") && len(links) < maxRows {
				links[attribute(e, "Id")] = attribute(e, "Target")
			}
			return nil
		}, nil, nil)
	})
	if err != nil && !errors.Is(err, errNone) {
		return nil, err
	}
	r := &reader{links: links}
	if err := part(z, "word/document.xml", r.read); err != nil {
		if errors.Is(err, errNone) {
			return nil, refused("no document in it")
		}
		return nil, err
	}
	return r.blocks, nil
}

var errNone = errors.New("no such part")

func part(z *zip.Reader, name string, read func(*xml.Decoder) error) error {
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		if f.UncompressedSize64 > MaxFile || f.UncompressedSize64 > smallPart && f.UncompressedSize64 > maxShrunk*max(f.CompressedSize64, 1) {
			return refused("unpacked size")
		}
		in, err := f.Open()
		if err != nil {
			return refused(err.Error())
		}
		defer in.Close()
		return read(xml.NewDecoder(io.LimitReader(in, MaxFile))) // what lies about its size ends in an error of the unpacker
	}
	return errNone
}

// walk goes through a part.
func walk(d *xml.Decoder, start func(xml.StartElement) error, end func(string) error, text func([]byte)) error {
	depth := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refused(err.Error())
		}
		switch t := token.(type) {
		case xml.Directive:
			return refused("declaration") // no word processor writes document types
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refused("depth")
			}
			if err := start(t); err != nil {
				return err
			}
		case xml.EndElement:
			depth--
			if end != nil {
				if err := end(t.Name.Local); err != nil {
					return err
				}
			}
		case xml.CharData:
			if text != nil {
				text(t)
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// reader makes blocks of a document as it goes by.
type reader struct {
	links  map[string]string
	blocks []block
	now    block
	text   strings.Builder
	takes  bool
	hidden int // depth of what isn't read: deleted words, the second telling of a drawing
	tables int // depth
	table  int
	row    []string
	inRow  bool
	cell   []string
}

func (r *reader) read(d *xml.Decoder) error { return walk(d, r.start, r.end, r.words) }

func (r *reader) words(b []byte) {
	if r.takes && r.hidden == 0 && r.text.Len() < maxText {
		r.text.Write(b)
	}
}

func (r *reader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "del", "Fallback":
		r.hidden++
	case "p":
		r.now = block{}
		r.text.Reset()
	case "pStyle":
		style := strings.ToLower(attribute(e, "val"))
		r.now.heading = strings.HasPrefix(style, "heading") || strings.HasPrefix(style, "标题") || len(style) == 1 && style >= "1" && style <= "9"
	case "numPr":
		r.now.numbered = true
	case "hyperlink":
		if r.now.link == "" {
			r.now.link = r.links[attribute(e, "id")]
		}
	case "t":
		r.takes = true
	case "tab":
		r.mark(" ")
	case "br", "cr":
		r.mark("\n")
	case "tbl":
		if r.tables++; r.tables == 1 {
			r.table++
		}
	case "tr":
		if r.tables == 1 {
			r.row, r.inRow = nil, true
		}
	case "tc":
		if r.tables == 1 {
			r.cell = nil
		}
	}
	return nil
}

func (r *reader) mark(s string) {
	if r.hidden == 0 && r.text.Len() < maxText {
		r.text.WriteString(s)
	}
}

func (r *reader) end(name string) error {
	switch name {
	case "del", "Fallback":
		r.hidden = max(r.hidden-1, 0)
	case "t":
		r.takes = false
	case "p":
		if r.hidden > 0 {
			return nil
		}
		r.now.text = strings.TrimSpace(strings.ToValidUTF8(r.text.String(), ""))
		if r.tables > 0 {
			if r.now.text != "" {
				r.cell = append(r.cell, r.now.text)
			}
			if r.now.link != "" && !strings.Contains(r.now.text, "://") {
				r.cell = append(r.cell, r.now.link)
			}
			return nil
		}
		return r.add(r.now)
	case "tc":
		if r.tables == 1 && len(r.row) < maxCells {
			r.row = append(r.row, strings.Join(r.cell, "\n"))
		}
	case "tr":
		if r.tables == 1 && r.inRow {
			r.inRow = false
			return r.add(block{cells: append([]string{}, r.row...), table: r.table})
		}
	case "tbl":
		r.tables = max(r.tables-1, 0)
	}
	return nil
}

func (r *reader) add(b block) error {
	if b.cells == nil && b.text == "" {
		return nil
	}
	if len(r.blocks) >= maxRows {
		return refused("paragraphs")
	}
	r.blocks = append(r.blocks, b)
	return nil
}
