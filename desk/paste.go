package desk

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// PasteSource is the name and kind of the source of what people bring by hand from
// platforms that have no feed (粘贴).
const PasteSource = "paste"

// MaxShot bounds a screenshot, in bytes.
const MaxShot = 8 << 20

// Platforms are those that people paste from, in the order of the form.
var Platforms = []string{"微博", "抖音", "微信", "小红书", "快手", "今日头条", "知乎", "其他"}

// Shot is a screenshot: what stands in the item of it. The bytes are in its raw.
type Shot struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // as the first bytes say
	Size   int    `json:"size"` // bytes
	Digest string `json:"sha256"`
}

// Paste (粘贴) is what somebody brings from a platform: a link, words or a
// screenshot, with what stood beside it.
type Paste struct {
	Key                     string // of the form, so that saving twice is harmless
	Platform                string
	URL, Title, Text        string
	Author                  string
	Reads, Comments, Shares *int64
	Captured                time.Time // when it looked so
	Published               *time.Time
	ShotName                string
	Shot                    []byte
}

// pasted is the raw of a paste.
type pasted struct {
	Incoming Incoming `json:"incoming"`
	Shot     []byte   `json:"shot,omitempty"`
}

// PasteParser reads what PasteMedia keeps.
type PasteParser struct{}

// Parse implements Parser.
func (PasteParser) Parse(_ Source, raw Raw, _ *time.Location) ([]Part, error) {
	var p pasted
	if err := json.Unmarshal(raw.Bytes, &p); err != nil {
		return nil, &Error{Code: CodeInvalid, Text: "粘贴的内容无法读取", Cause: err}
	}
	return []Part{{Incoming: p.Incoming}}, nil
}

// ShotType knows a picture by its first bytes; "" is none that is taken.
func ShotType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

var shotEndings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}

// check makes the item of a paste, or says what is missing.
func (p Paste) incoming(now time.Time) (in Incoming, err error) {
	p.Platform, p.URL, p.Title, p.Text = strings.TrimSpace(p.Platform), strings.TrimSpace(p.URL), strings.TrimSpace(p.Title), strings.TrimSpace(p.Text)
	if p.Platform == "" {
		return in, Invalid("platform", "请选择平台")
	}
	if p.URL == "" && p.Text == "" && p.Title == "" && len(p.Shot) == 0 {
		return in, Invalid("text", "请粘贴链接、文字或截图，至少一项")
	}
	if p.URL != "" && !strings.HasPrefix(p.URL, "https://") && !strings.HasPrefix(p.URL, "http://") {
		return in, Invalid("url", "链接须以 http:// 或 https:// 开头")
	}
	if p.Captured.IsZero() {
		p.Captured = now
	}
	if p.Captured.After(now.Add(time.Minute)) {
		return in, Invalid("captured", "采集时间不能晚于现在")
	}
	if p.Published != nil && p.Published.After(now.Add(time.Minute)) {
		return in, Invalid("published", "发布时间不能晚于现在")
	}
	if p.Title == "" && p.Text == "" { // words there must be: what is seen in lists
		p.Title = p.Platform + "截图"
		if p.URL != "" {
			p.Title = p.Platform + "链接"
		}
	}
	for _, f := range []struct {
		name string
		n    *int64
	}{{"reads", p.Reads}, {"comments", p.Comments}, {"shares", p.Shares}} {
		if f.n != nil && (*f.n < 0 || *f.n > MaxReach) {
			return in, Invalid(f.name, "请填写不小于 0 的整数")
		}
	}
	captured := p.Captured.UTC()
	in = Incoming{Title: p.Title, Body: p.Text, URL: p.URL, Author: Author{Name: strings.TrimSpace(p.Author)}, OccurredAt: p.Published, Reach: p.Reads,
		Extra: &Extra{Platform: p.Platform, Comments: p.Comments, Shares: p.Shares, Captured: &captured}}
	in.ExternalID = p.externalID()
	if len(p.Shot) > 0 {
		if len(p.Shot) > MaxShot {
			return in, Invalid("shot", "截图不超过 %d MB", MaxShot>>20)
		}
		kind := ShotType(p.Shot)
		if kind == "" {
			return in, Invalid("shot", "截图只收 PNG、JPEG、WebP 图片")
		}
		in.Extra.Shot = &Shot{Name: "capture-" + captured.Format("20060102-150405") + shotEndings[kind], Type: kind, Size: len(p.Shot), Digest: hex.EncodeToString(sha(p.Shot))}
	}
	if bad := in.Check(); bad != nil {
		return in, renamedField(bad, map[string]string{"body": "text", "author.name": "author", "reach": "reads"})
	}
	return in, nil
}

func renamedField(e *Error, names map[string]string) *Error {
	if to, ok := names[e.Field]; ok {
		c := *e
		c.Field = to
		return &c
	}
	return e
}

// PasteMedia keeps what somebody pasted as a media item, through the same door as
// all others, the screenshot with it.
func (d *Desk) PasteMedia(ctx context.Context, who Actor, p Paste) (Result, error) {
	if err := who.need(ActMediaPaste); err != nil {
		return Result{}, err
	}
	in, err := p.incoming(d.Now())
	if err != nil {
		return Result{}, err
	}
	return d.enter(ctx, PasteSource, ChannelMedia, mustJSON(pasted{in, p.Shot}), mustJSON(seatNote{who.PersonID, who.Name, who.Via}))
}

// ShotOf gives an item's screenshot with its bytes, for download.
func (d *Desk) ShotOf(ctx context.Context, who Actor, item int64) (shot Shot, b []byte, err error) {
	if err := who.need(ActItemRead); err != nil {
		return shot, nil, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error { // a raw can only be read under its lock
		it, err := tx.ItemByID(ctx, d.scope(who), item, false)
		if err != nil {
			return err
		}
		if it.Extra == nil || it.Extra.Shot == nil {
			return NotFound("这件来件没有截图")
		}
		raw, _, err := tx.LockRaw(ctx, it.RawID)
		if err != nil {
			return err
		}
		var p pasted
		if err := json.Unmarshal(raw.Bytes, &p); err != nil {
			return err
		}
		shot, b = *it.Extra.Shot, p.Shot
		if hex.EncodeToString(sha(b)) != shot.Digest {
			return errors.New("a screenshot isn't what its digest says")
		}
		return tx.Record(ctx, it.event(who, d.Now(), "item.shot").with(map[string]any{"id": ident(it.ID)}))
	})
	return shot, b, err
}
