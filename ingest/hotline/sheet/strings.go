package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
)

// stringsHeld is how many bytes of the table of strings are held in memory; a greater
// one lies in a temporary file, of which only the index is.
const stringsHeld = 8 << 20

// sharedStrings is a workbook's table of strings.
type sharedStrings struct {
	ends []int64 // of each string
	held []byte
	file *os.File // nil: all is held
}

func readStrings(part *zip.File) (s *sharedStrings, err error) {
	s = &sharedStrings{}
	if part == nil {
		return s, nil
	}
	r, err := part.Open()
	if err != nil {
		return nil, damaged(err)
	}
	defer r.Close()
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	d := xml.NewDecoder(r)
	takes, phonetic := false, false
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return s, s.flush()
		}
		if err != nil {
			return s, damaged(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				takes = !phonetic
			case "rPh":
				phonetic = true
			}
		case xml.CharData:
			if takes {
				s.held = append(s.held, e...)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				takes = false
			case "rPh":
				phonetic = false
			case "si":
				s.ends = append(s.ends, s.filed()+int64(len(s.held)))
				if len(s.held) > stringsHeld {
					if err := s.spill(); err != nil {
						return s, err
					}
				}
			}
		}
	}
}

// filed is how much lies in the file.
func (s *sharedStrings) filed() int64 {
	if s.file == nil {
		return 0
	}
	n, err := s.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0 // reading will say so
	}
	return n
}

// spill moves what is held to the file. It has no name: nothing is left behind.
func (s *sharedStrings) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "huiying-sheet")
		if err != nil {
			return err
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil {
			return err
		}
	}
	_, err := s.file.Write(s.held)
	s.held = s.held[:0]
	return err
}

// flush ends the writing.
func (s *sharedStrings) flush() error {
	if s.file == nil {
		return nil
	}
	return s.spill()
}

// at gives the ith string.
func (s *sharedStrings) at(i int) (string, error) {
	if i < 0 || i >= len(s.ends) {
		return "", damaged(errors.New("no such string"))
	}
	from := int64(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	if s.file == nil {
		return string(s.held[from:s.ends[i]]), nil
	}
	var b strings.Builder
	b.Grow(int(s.ends[i] - from))
	if _, err := io.Copy(&b, io.NewSectionReader(s.file, from, s.ends[i]-from)); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (s *sharedStrings) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
