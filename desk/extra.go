package desk

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Extra is what came with an item beside its words, as the form of its door has it.
// Personal data in it is masked like the author's.
type Extra struct {
	Duty     *Duty    `json:"duty,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`       // degrees, WGS 84
	Long     *float64 `json:"long,omitempty"`      // degrees, WGS 84
	Zip      string   `json:"zip,omitempty"`       // postal code
	PlaceID  string   `json:"place_id,omitempty"`  // the sender's number of the address
	Email    string   `json:"email,omitempty"`     // masked unless revealed
	Account  string   `json:"account,omitempty"`   // the sender's number of its user
	MediaURL string   `json:"media_url,omitempty"` // a picture or film, at the sender's
	Platform string   `json:"platform,omitempty"`  // where a media mention stood, as the vendor calls it
	Comments *int64   `json:"comments,omitempty"`  // as the source counts them
	Shares   *int64   `json:"shares,omitempty"`    // how often it was passed on
	// Captured is when what was pasted looked so; Shot is the screenshot of it.
	Captured *time.Time `json:"captured,omitempty"`
	Shot     *Shot      `json:"shot,omitempty"`
	// Outer says that it came through the letter box of an outer node.
	Outer bool `json:"outer,omitempty"`
	// Mirror is how a ticket stands on the platform that it is mirrored from.
	Mirror *Mirror `json:"mirror,omitempty"`
}

// Limits of an extra's fields, in runes.
const (
	MaxEmail    = 254
	MaxExtra    = 200 // Zip, PlaceID, Account, Platform
	MaxDutyLine = 200 // the short fields of a duty form
	MaxTold     = 20  // bodies already told
)

// check refuses what can't be and names the field.
func (e *Extra) check() *Error {
	if e == nil {
		return nil
	}
	for _, f := range []struct {
		field, value string
		max          int
	}{
		{"zip", e.Zip, MaxExtra}, {"place_id", e.PlaceID, MaxExtra}, {"email", e.Email, MaxEmail}, {"account", e.Account, MaxExtra},
		{"media_url", e.MediaURL, MaxURL}, {"platform", e.Platform, MaxExtra},
	} {
		if err := checkLine(f.field, f.value, f.max); err != nil {
			return err
		}
	}
	if e.Lat != nil && !(*e.Lat >= -90 && *e.Lat <= 90) {
		return Invalid("lat", "纬度须在 -90 到 90 之间")
	}
	if e.Long != nil && !(*e.Long >= -180 && *e.Long <= 180) {
		return Invalid("long", "经度须在 -180 到 180 之间")
	}
	if e.Comments != nil && (*e.Comments < 0 || *e.Comments > MaxReach) {
		return Invalid("comments", "评论数须为不小于 0 的整数")
	}
	if e.Shares != nil && (*e.Shares < 0 || *e.Shares > MaxReach) {
		return Invalid("shares", "转发数须为不小于 0 的整数")
	}
	if err := e.Mirror.check(); err != nil {
		return err
	}
	return e.Duty.check()
}

// checkLine refuses text that can't be kept, or is too long.
func checkLine(field, value string, most int) *Error {
	switch n := utf8.RuneCountInString(value); {
	case !utf8.ValidString(value):
		return Invalid(field, "含有无法识别的字符（不是有效的 UTF-8）")
	case strings.ContainsRune(value, 0):
		return Invalid(field, "含有空字符（NUL），请去掉后重发")
	case n > most:
		return Invalid(field, "有 %d 字，超过上限 %d 字", n, most)
	}
	return nil
}

// masked is the extra as it may be seen outside a reveal.
func (e *Extra) masked() *Extra {
	if e == nil {
		return nil
	}
	c := *e
	c.Email, c.Account, c.Mirror = MaskEmail(c.Email), MaskText(c.Account), c.Mirror.masked()
	return &c
}

// utc brings its instants into one form: what means the same has the same digest.
func (e *Extra) utc() *Extra {
	if e == nil || e.Duty == nil && e.Mirror == nil {
		return e
	}
	c := *e
	c.Mirror = c.Mirror.utc()
	if e.Duty != nil {
		d := *e.Duty
		d.At, d.Limit = d.At.UTC(), utcOf(d.Limit)
		c.Duty = &d
	}
	return &c
}

// MaskEmail keeps the first letter and the host: l***@example.com.
func MaskEmail(s string) string {
	name, host, ok := strings.Cut(s, "@")
	if !ok {
		return MaskName(s)
	}
	return MaskName(name) + "@" + host
}

// Limit is the own limit that a document names, or that another platform has set a
// mirrored ticket; nil where there is none.
func (it Item) Limit() *time.Time {
	switch {
	case it.Extra == nil:
		return nil
	case it.Extra.Duty != nil:
		return it.Extra.Duty.Limit
	case it.Extra.Mirror != nil:
		return it.Extra.Mirror.Limit
	}
	return nil
}

// LimitFrom is the instant from which that limit runs.
func (it Item) LimitFrom() time.Time {
	switch {
	case it.Extra != nil && it.Extra.Duty != nil:
		return it.Extra.Duty.At
	case it.OccurredAt != nil:
		return *it.OccurredAt
	}
	return it.ReceivedAt
}
