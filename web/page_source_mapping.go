package web

import (
	"bytes"
	"context"
	"encoding/json"

	"huiying/desk"
)

// kindHook is the kind of source whose calls are signed, as cmd's table names it.
const kindHook = "webhook"

// sampleMapping is what the form of a new one begins with: fields by our own names.
const sampleMapping = `{
  "items": "/data",
  "title": "/title",
  "text": "/content",
  "url": "/url",
  "author": "/author",
  "time": "/publish_time",
  "reads": "/reads",
  "comments": "/comments",
  "platform": "/platform",
  "external_id": "/id"
}`

// sampleFerry is what the form of a new ferry begins with: the other side's public key.
const sampleFerry = `{"key": "…"}`

// ownFields are the fields of the form, by kind of source, in which settings are typed that
// are no mapping of media; the others' are in "settings".
var ownFields = map[string]string{desk.MirrorKind: "mirror", desk.FerryKind: "ferry"}

// atOwnField places what is wrong with settings at the field in which they were typed.
func atOwnField(kind string, err error) error {
	if own, ok := ownFields[kind]; ok {
		return renamed(err, "settings", own)
	}
	return err
}

// Signed says whether its calls are signed, by a mapping of its own.
func (r SourceRow) Signed() bool { return r.Kind == kindHook }

// Kinds of source that cmd's table names and that are polled with a mapping.
const (
	kindStream  = "stream"
	kindHotlist = "hotlist"
)

// Mapping is its mapping as people read it.
func (r SourceRow) Mapping() string {
	var b bytes.Buffer
	if err := json.Indent(&b, r.Settings, "", "  "); err != nil {
		return string(r.Settings)
	}
	return b.String()
}

// sourceMapping changes where in a vendor's JSON the fields stand.
func (s *Server) sourceMapping(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	return outcome{say: "已改，此后收到的按新的对照读取"}, s.Desk.SetSourceSettings(ctx, who, id, json.RawMessage(f.Value("settings")))
}
