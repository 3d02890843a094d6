package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"huiying/desk"
)

// maxRecord bounds one row of text, in bytes: twenty times the longest body.
const maxRecord = 8 << 20

// textTable is CSV, of whatever delimiter and charset.
type textTable struct {
	bytes   []byte // without the mark
	charset string
	enc     encoding.Encoding // nil: UTF-8
	comma   rune
	skip    int // rows that only say what the delimiter is
}

func openText(file []byte) *textTable {
	t := &textTable{bytes: file}
	t.charset, t.enc, t.bytes = charsetOf(file)
	sample, _ := io.ReadAll(io.LimitReader(t.reader(), 64<<10)) // from memory: it can't fail
	text := string(sample)
	if rest, ok := strings.CutPrefix(text, "sep="); ok && len(rest) > 0 { // Excel's own way to say it
		t.comma, _ = utf8.DecodeRuneInString(rest)
		t.skip = 1
	} else {
		t.comma = delimiter(text)
	}
	return t
}

func (t *textTable) reader() io.Reader {
	r := io.Reader(bytes.NewReader(t.bytes))
	if t.enc != nil {
		r = transform.NewReader(r, t.enc.NewDecoder())
	}
	return r
}

func (t *textTable) shape() shape {
	return shape{format: "csv", charset: t.charset, comma: string(t.comma), decoded: t.enc != nil}
}

func (t *textTable) close() error { return nil }

func (t *textTable) each(yield func(n int, cells []string) bool) error {
	r := &records{r: bufio.NewReaderSize(t.reader(), 64<<10), comma: t.comma}
	for n := 1; ; n++ {
		cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n > t.skip && !yield(n, cells) {
			return nil
		}
	}
}

// charsetOf says how text is written, and gives it without its mark.
func charsetOf(b []byte) (name string, enc encoding.Encoding, rest []byte) {
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return "UTF-8", nil, b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return "UTF-16LE", little, b[2:]
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "UTF-16BE", big, b[2:]
	case utf8.Valid(b):
		return "UTF-8", nil, b
	}
	sample := b[:min(len(b), 256<<10)]
	var zeros [2]int
	for i, c := range sample {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch few := len(sample) / 20; { // digits, delimiters and line ends are half zeros in UTF-16
	case zeros[1] > few && zeros[0] == 0:
		return "UTF-16LE", little, b
	case zeros[0] > few && zeros[1] == 0:
		return "UTF-16BE", big, b
	}
	// Neither is whole: the one in which less is broken.
	gb, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(sample) // what is broken becomes U+FFFD
	if bytes.Count(gb, []byte("\uFFFD")) <= brokenUTF8(sample) {
		return "GB18030", simplifiedchinese.GB18030, b
	}
	return "UTF-8", nil, b
}

func brokenUTF8(b []byte) (n int) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			n++
		}
		b = b[size:]
	}
	return n
}

// delimiter finds what separates the cells: what gives the most columns that are known
// by their names, and then the most rows of the same number of cells. A text between
// quotes may well hold more of another delimiter, line by line, than there are rows.
func delimiter(sample string) rune {
	best, most := ',', 0
	for _, c := range []rune{',', '\t', ';', '|', '，'} {
		widths, known := map[int]int{}, 0
		r := &records{r: bufio.NewReader(strings.NewReader(sample)), comma: c}
		for range headRows {
			cells, err := r.next()
			if err != nil {
				break
			}
			if len(cells) > 1 {
				widths[len(cells)]++
				known = max(known, named(cells))
			}
		}
		for width, n := range widths {
			if score := known*100_000 + n*100 + min(width, 99); score > most {
				best, most = c, score
			}
		}
	}
	return best
}

// named counts the cells that are names of columns.
func named(cells []string) (n int) {
	for _, field := range Guess(cells[:min(len(cells), 99)]) {
		if field != "" {
			n++
		}
	}
	return n
}

// records reads rows of cells as spreadsheets write them (RFC 4180): a cell that
// begins with a quote ends with one, and may hold delimiters, line ends and doubled
// quotes. A quote elsewhere is a letter. encoding/csv has no bound for a cell whose
// quote never ends.
type records struct {
	r     *bufio.Reader
	comma rune
	n     int
	cells []string
	cell  strings.Builder
}

func (r *records) next() ([]string, error) {
	r.n++
	r.cells = r.cells[:0]
	size := 0
	began, quoted, closed := false, false, false
	end := func() {
		c := r.cell.String()
		if !closed {
			c = strings.TrimSpace(c)
		}
		r.cells = append(r.cells, strings.TrimSpace(c))
		r.cell.Reset()
		began, quoted, closed = false, false, false
	}
	for {
		c, width, err := r.r.ReadRune()
		if err != nil {
			switch {
			case !errors.Is(err, io.EOF):
				return nil, desk.Invalid("file", "第 %d 行无法读取", r.n)
			case quoted:
				return nil, desk.Invalid("file", "第 %d 行的引号没有结束，其后的内容无法分行；请改正后再导入同一文件", r.n)
			case size == 0:
				return nil, io.EOF
			}
			end()
			return r.cells, nil
		}
		if size += width; size > maxRecord {
			return nil, desk.Invalid("file", "第 %d 行超过 %d MB，可能是引号没有结束；请改正后再导入同一文件", r.n, maxRecord>>20)
		}
		broken := c == utf8.RuneError && width == 1
		switch {
		case quoted && c == '"':
			if next, err := r.r.Peek(1); err == nil && next[0] == '"' {
				_, _ = r.r.Discard(1) // it was peeked
				size++
				r.cell.WriteByte('"')
			} else {
				quoted, closed = false, true
			}
		case quoted:
			r.write(c, broken)
		case c == r.comma:
			end()
		case c == '\n':
			end()
			return r.cells, nil
		case c == '\r':
			if next, err := r.r.Peek(1); err == nil && next[0] == '\n' {
				continue
			}
			end() // an old Macintosh's line end
			return r.cells, nil
		case c == '"' && !began:
			began, quoted = true, true
		default:
			began = began || c != ' '
			r.write(c, broken)
		}
	}
}

// write keeps a broken byte as a byte that can't be in UTF-8: whoever reads the row
// will see that it is broken.
func (r *records) write(c rune, broken bool) {
	if broken {
		r.cell.WriteByte(0xff)
		return
	}
	r.cell.WriteRune(c)
}
