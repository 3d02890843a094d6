package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"huiying/desk"
)

// What a workbook may be. Its reader holds little of a sheet at a time, but a sheet
// can be made so that it must hold much: one cell of a gigabyte, a row without end,
// elements in elements. Each sheet is therefore read through once, byte by byte,
// before anything is made of it.
const (
	maxUnpacked = 512 << 20 // all parts together: a hundred thousand rows are about 100 MiB
	maxRest     = 16 << 20  // all that isn't rows: styles, pictures
	maxRestPart = 4 << 20   // one of these
	maxParts    = 2000
	inMemory    = 1 << 20 // smaller parts may shrink as they like
	maxText     = 2 << 20 // bytes between two tags
	maxTag      = 64 << 10
	maxDepth    = 32
	maxCells    = 16_384  // of a row: what a spreadsheet has
	maxInner    = 4096    // elements of one cell: stretches of a rich text
	maxStrings  = 600_000 // in the table of strings, of which an index is held
	maxShrunk   = 200     // a sheet of one value throughout shrinks by less
)

func tooMuch(what string) error {
	return &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "工作簿超出可读取的范围，已拒绝；请只保留需要的列和行，另存后再导入", Cause: errors.New("sheet: " + what)}
}

// weigh refuses a workbook that would harm its reader.
func weigh(z *zip.Reader) error {
	if len(z.File) > maxParts {
		return tooMuch("parts")
	}
	var all, rest uint64
	for _, part := range z.File {
		size := part.UncompressedSize64
		if all += size; size > maxUnpacked || all > maxUnpacked { // what lies about its size ends in an error of the unpacker
			return tooMuch("unpacked size")
		}
		if size > inMemory && size > maxShrunk*max(part.CompressedSize64, 1) {
			return tooMuch("ratio")
		}
		if !isRows(part.Name) {
			if rest += size; size > maxRestPart || rest > maxRest {
				return tooMuch("parts that aren't rows")
			}
			continue
		}
		if err := weighPart(part); err != nil {
			return err
		}
	}
	return nil
}

// isRows says whether a part holds rows, or the table of their strings.
func isRows(name string) bool {
	name = partName(name)
	return strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml"
}

func weighPart(part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	return weighXML(r)
}

// weighXML reads one part through.
func weighXML(in io.Reader) error {
	r := bufio.NewReaderSize(in, maxTag)
	depth, cells, strings, first := 0, 0, 0, true
	open, inner := 0, 0 // depth of the cell that is open, and what it holds
	for {
		_, err := upTo(r, '<', maxText)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		tag, err := r.ReadSlice('>')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return tooMuch("tag")
		case err != nil:
			return damaged(err)
		}
		switch {
		case tag[0] == '!':
			return tooMuch("declaration") // comments, character data and document types aren't written by spreadsheets
		case tag[0] == '?':
			if !first || !bytes.HasSuffix(tag, []byte("?>")) {
				return tooMuch("instruction")
			}
		case tag[0] == '/':
			if depth--; depth < open {
				open, inner = 0, 0
			}
		default:
			opened := 0 // by a tag that doesn't close itself
			if !bytes.HasSuffix(tag, []byte("/>")) {
				depth++
				opened = depth
			}
			name := local(tag)
			switch {
			case open > 0:
				inner++
			case name == "row":
				cells = 0
			case name == "c":
				cells++
				open = opened
			case name == "si":
				strings++
				open = opened
			}
		}
		first = false
		if depth > maxDepth || cells > maxCells || strings > maxStrings || inner > maxInner {
			return tooMuch("elements")
		}
	}
}

// upTo skips to behind a byte.
func upTo(r *bufio.Reader, c byte, most int) (n int, err error) {
	for {
		b, err := r.ReadSlice(c)
		if n += len(b); n > most {
			return n, tooMuch("text")
		}
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return n, io.EOF
		default:
			return n, damaged(err)
		}
	}
}

// local is the name of an element without its prefix.
func local(tag []byte) string {
	end := bytes.IndexAny(tag, " \t\r\n/>")
	name := tag[:max(end, 0)]
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if len(name) > 8 {
		return ""
	}
	return string(name)
}
