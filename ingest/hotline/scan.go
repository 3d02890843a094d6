package hotline

import (
	"encoding/json"
	"iter"
	"strconv"
)

// What follows walks JSON that json.Valid has passed, without decoding it twice:
// encoding/json into maps of raw values costs ten times as much an item, which at
// this door is as much as storing it.

// members gives the names and raw values of a valid object.
func members(b []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := blank(b, 1) // behind the brace
		for i < len(b) && b[i] == '"' {
			end := valueEnd(b, i)
			name := memberName(b[i:end])
			i = blank(b, end) // at the colon
			i = blank(b, i+1) // at the value
			end = valueEnd(b, i)
			if !yield(name, json.RawMessage(b[i:end:end])) {
				return
			}
			if i = blank(b, end); i < len(b) && b[i] == ',' {
				i = blank(b, i+1)
			}
		}
	}
}

// elements gives the raw values of a valid array.
func elements(b []byte) []json.RawMessage {
	var out []json.RawMessage
	for i := blank(b, 1); i < len(b) && b[i] != ']'; {
		end := valueEnd(b, i)
		out = append(out, json.RawMessage(b[i:end:end]))
		if i = blank(b, end); i < len(b) && b[i] == ',' {
			i = blank(b, i+1)
		}
	}
	return out
}

// memberName decodes the name of a member; one that can't be is nobody's.
func memberName(quoted []byte) string {
	for _, c := range quoted {
		if c == '\\' {
			var s string
			if json.Unmarshal(quoted, &s) != nil {
				return strconv.Quote(string(quoted))
			}
			return s
		}
	}
	return string(quoted[1 : len(quoted)-1])
}

// blank is the next place that isn't white space.
func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i ends.
func valueEnd(b []byte, i int) int {
	switch {
	case i >= len(b):
		return i
	case b[i] == '"':
		return stringEnd(b, i)
	case b[i] != '{' && b[i] != '[':
		for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
			i++
		}
		return i
	}
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// stringEnd is behind the quote that ends the string at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}
