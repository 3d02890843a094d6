package classify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"time"

	"huiying/desk"
)

// Line is one line of NDJSON input.
type Line struct {
	ID   json.RawMessage // as given; null when absent
	Text desk.Text
	Err  error // why the line can't be used
}

// ParseLine reads {"id","title","text","at"?}. The error, if any, is for the
// person who wrote the line.
func ParseLine(line []byte) Line {
	var in struct {
		ID    json.RawMessage `json:"id"`
		Title *string         `json:"title"`
		Text  *string         `json:"text"`
		At    *string         `json:"at"`
	}
	parsed := Line{ID: json.RawMessage("null")}
	err := json.Unmarshal(line, &in)
	if id := bytes.TrimSpace(in.ID); len(id) > 0 {
		if id[0] == '{' || id[0] == '[' {
			parsed.Err = errors.New("id 应为字符串或数字")
			return parsed
		}
		parsed.ID = id
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		parsed.Err = errors.New("不是有效的 JSON")
	case errors.As(err, &kind) && kind.Field == "":
		parsed.Err = errors.New("应为一个 JSON 对象")
	case errors.As(err, &kind):
		parsed.Err = errors.New(kind.Field + " 应为字符串")
	case err != nil:
		parsed.Err = errors.New("不是有效的 JSON")
	case in.Title == nil && in.Text == nil:
		parsed.Err = errors.New("缺少 title 和 text")
	}
	if parsed.Err != nil {
		return parsed
	}
	if in.Title != nil {
		parsed.Text.Title = *in.Title
	}
	if in.Text != nil {
		parsed.Text.Body = *in.Text
	}
	if in.At != nil && *in.At != "" {
		if _, ok := Instant(*in.At); !ok {
			parsed.Err = errors.New("at 不是 RFC 3339 时间")
			return parsed
		}
		parsed.Text.At = *in.At
	}
	return parsed
}

// Instant reads an RFC 3339 instant; without a zone it is taken as UTC+8, the one
// zone of the country.
func Instant(at string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
		return t, true
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, at, time.FixedZone("", 8*3600)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// The wire form of a verdict: unknown is null.
type verdictLine struct {
	ID          json.RawMessage    `json:"id"`
	Kind        *string            `json:"kind"`
	Category    *string            `json:"category"`
	Departments []desk.ScoredName  `json:"departments"`
	Department  *string            `json:"department"`
	Region      *desk.Region       `json:"region"`
	Place       *string            `json:"place"`
	Urgency     *string            `json:"urgency"`
	GroupRisk   float64            `json:"group_risk"`
	Facts       desk.Facts         `json:"facts"`
	Level       *string            `json:"level"`
	Occurred    *string            `json:"occurred"`
	Rumour      float64            `json:"rumour"`
	Sentiment   float64            `json:"sentiment"`
	SelfHarm    float64            `json:"self_harm"`
	Threat      float64            `json:"threat"`
	Confidence  map[string]float64 `json:"confidence"`
	Evidence    []desk.Evidence    `json:"evidence"`
	Reasons     map[string]string  `json:"reasons"`
}

// EncodeVerdict appends the contract's JSON of a verdict and a line end.
func EncodeVerdict(w *bytes.Buffer, id json.RawMessage, v *desk.Verdict) error {
	line := verdictLine{
		ID: id, Kind: known(v.Kind), Category: known(v.Category), Departments: v.Departments, Department: known(v.Department()),
		Region: v.Region, Place: known(v.Place), Urgency: known(v.Urgency), GroupRisk: v.GroupRisk, Facts: v.Facts,
		Level: known(v.Level), Occurred: known(v.Occurred), Rumour: v.Rumour, Sentiment: v.Sentiment,
		SelfHarm: v.SelfHarm, Threat: v.Threat, Confidence: v.Confidence, Evidence: v.Evidence, Reasons: v.Reasons,
	}
	if line.Departments == nil {
		line.Departments = []desk.ScoredName{}
	}
	if line.Confidence == nil {
		line.Confidence = map[string]float64{}
	}
	if line.Reasons == nil {
		line.Reasons = map[string]string{}
	}
	if line.Evidence == nil {
		line.Evidence = []desk.Evidence{}
	}
	return encode(w, line)
}

func encode(w *bytes.Buffer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Verdicts reads NDJSON and writes one verdict a line, in the order of the input,
// on all cores and in bounded memory. A line that can't be used gives
// {"id","error"} and the next one goes on; the error returned is one of reading,
// writing or of the context.
func Verdicts(ctx context.Context, reader desk.Classifier, in io.Reader, out io.Writer) error {
	return Each(ctx, in, runtime.GOMAXPROCS(0), func(ctx context.Context, line Line) ([]byte, error) {
		var w bytes.Buffer
		if line.Err == nil {
			reading, err := reader.Read(ctx, line.Text)
			if err == nil {
				err := EncodeVerdict(&w, line.ID, &reading.Verdict)
				return w.Bytes(), err
			}
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			line.Err = errors.New("无法判读: " + strings.ToValidUTF8(err.Error(), "?"))
		}
		err := EncodeError(&w, line)
		return w.Bytes(), err
	}, func(line []byte) error {
		_, err := out.Write(line)
		return err
	})
}

// EncodeError appends the {"id","error"} of a line that can't be used.
func EncodeError(w *bytes.Buffer, line Line) error {
	return encode(w, struct {
		ID    json.RawMessage `json:"id"`
		Error string          `json:"error"`
	}{line.ID, line.Err.Error()})
}
