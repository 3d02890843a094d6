package hotline

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// The forms of an answer, as addresses end.
const (
	formJSON = "json"
	formXML  = "xml"
)

// refusal is one error of the standard: a status and words for the user.
type refusal struct {
	Status int
	Words  string
}

// answerer writes what a method of the standard gives.
type answerer struct {
	w    http.ResponseWriter
	form string
	log  *slog.Logger
}

// document is what is given: JSON knows no names around lists, XML does.
type document struct {
	json any
	xml  any
}

type errorList struct {
	XMLName xml.Name    `xml:"errors"`
	Errors  []errorLine `xml:"error"`
}

type errorLine struct {
	Code        int    `xml:"code" json:"code"`
	Description string `xml:"description" json:"description"`
}

func (a answerer) give(d document) { a.write(http.StatusOK, d) }

func (a answerer) fail(status int, words string) { a.refuse(refusal{status, words}) }

// refuse answers with all that is wrong; the status is that of the first.
func (a answerer) refuse(list ...refusal) {
	lines := make([]errorLine, len(list))
	for i, r := range list {
		lines[i] = errorLine{r.Status, r.Words}
	}
	if list[0].Status == http.StatusServiceUnavailable || list[0].Status == http.StatusTooManyRequests {
		a.w.Header().Set("Retry-After", strconv.Itoa(int(busy/time.Second)))
	}
	a.write(list[0].Status, document{lines, errorList{Errors: lines}})
}

func (a answerer) write(status int, d document) {
	var b bytes.Buffer
	var err error
	kind := "application/json; charset=utf-8"
	if a.form == formXML {
		kind = "text/xml; charset=utf-8"
		b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
		enc := xml.NewEncoder(&b)
		enc.Indent("", "  ")
		err = enc.Encode(d.xml)
	} else {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err = enc.Encode(d.json)
	}
	if err != nil { // our own plain values
		a.log.Error("an Open311 answer could not be written", "error", err)
		http.Error(a.w, "", http.StatusInternalServerError)
		return
	}
	a.w.Header().Set("Content-Type", kind)
	a.w.Header().Set("Cache-Control", "no-store")
	a.w.Header().Set("X-Content-Type-Options", "nosniff")
	a.w.WriteHeader(status)
	if _, err := a.w.Write(b.Bytes()); err != nil {
		a.log.Info("an Open311 answer was not delivered", "error", err)
	}
}

// maybe is text that may be unknown: null in JSON, an empty element in XML.
type maybe string

// MarshalJSON writes null for nothing.
func (m maybe) MarshalJSON() ([]byte, error) {
	if m == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(m))
}

// degrees is a coordinate that may be unknown.
type degrees struct{ at *float64 }

// MarshalText is for XML; nothing is an empty element.
func (d degrees) MarshalText() ([]byte, error) {
	if d.at == nil {
		return nil, nil
	}
	return strconv.AppendFloat(nil, *d.at, 'f', -1, 64), nil
}

// MarshalJSON writes a number, or null.
func (d degrees) MarshalJSON() ([]byte, error) {
	if d.at == nil {
		return []byte("null"), nil
	}
	return d.MarshalText()
}
