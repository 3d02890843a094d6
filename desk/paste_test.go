package desk_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/desktest/corpus"
)

var png = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{7}, 400)...)

func n64(n int64) *int64 { return &n }

func TestPaste(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	press := o.As(desk.RolePress)
	now := o.Clock.Now()
	p := desk.Paste{Key: "KEY", Platform: "微博", URL: "https://weibo.example/1", Text: "云泽大桥怎么封了？", Author: "云泽小张", Reads: n64(1200), Comments: n64(30), Captured: now.Add(-time.Hour), Shot: png}
	res, err := o.PasteMedia(t.Context(), press, p)
	if err != nil || res.Status != desk.StatusCreated {
		t.Fatalf("%+v %v", res, err)
	}
	again, err := o.PasteMedia(t.Context(), press, p)
	if err != nil || again.ID != res.ID || again.Status != desk.StatusDuplicate {
		t.Errorf("saved twice: %+v %v", again, err)
	}
	f, err := o.Item(t.Context(), press, res.ID)
	if err != nil || f.Item.Channel != desk.ChannelMedia || f.Item.Extra == nil || f.Item.Extra.Platform != "微博" || f.Item.Extra.Shot == nil || *f.Item.Reach != 1200 {
		t.Fatalf("%+v %v", f.Item, err)
	}
	shot, b, err := o.ShotOf(t.Context(), press, res.ID)
	if err != nil || !bytes.Equal(b, png) || shot.Type != "image/png" || len(shot.Digest) != 64 {
		t.Errorf("%+v %d %v", shot, len(b), err)
	}
	if _, _, err := o.ShotOf(t.Context(), o.As(desk.RoleSysadmin), res.ID); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("the administrator sees it: %v", err)
	}
	for i, c := range []desk.Count{{Reads: n64(5000), Comments: n64(90)}, {At: now.Add(-30 * time.Minute), Reads: n64(2000)}, {Reads: n64(5100), Shares: n64(4)}} {
		if err := o.AddCount(t.Context(), press, res.ID, c); err != nil {
			t.Fatal(i, err)
		}
	}
	counts, err := o.Counts(t.Context(), press, res.ID)
	if err != nil || len(counts) != 3 {
		t.Fatalf("%+v %v", counts, err)
	}
	for i, want := range []int64{1200, 2000, 5100} {
		if *counts[i].Reads != want {
			t.Errorf("%d: %d reads, want %d", i, *counts[i].Reads, want)
		}
	}
	if err := o.AddCount(t.Context(), o.As(desk.RoleOperator), res.ID, desk.Count{Reads: n64(1)}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("the operator notes figures: %v", err)
	}
	call := o.Push(desk.Incoming{Title: "一通来电"})
	if err := o.AddCount(t.Context(), press, call[0].ID, desk.Count{Reads: n64(1)}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("figures of a call: %v", err)
	}
}

func TestPasteRefusals(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	press := o.As(desk.RolePress)
	later := o.Clock.Now().Add(time.Hour)
	for field, p := range map[string]desk.Paste{
		"platform":  {Text: "甲"},
		"text":      {Platform: "微博"},
		"url":       {Platform: "微博", URL: "javascript:alert(1)"},
		"captured":  {Platform: "微博", Text: "甲", Captured: later},
		"published": {Platform: "微博", Text: "甲", Published: &later},
		"reads":     {Platform: "微博", Text: "甲", Reads: n64(-1)},
		"shot":      {Platform: "微博", Shot: []byte("<svg onload=alert(1)>")},
		"title":     {Platform: "微博", Title: string(bytes.Repeat([]byte("a"), desk.MaxTitle+1))},
	} {
		_, err := o.PasteMedia(t.Context(), press, p)
		if e, ok := err.(*desk.Error); !ok || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := o.PasteMedia(t.Context(), o.As(desk.RoleOperator), desk.Paste{Platform: "微博", Text: "甲"}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("the operator pastes: %v", err)
	}
}

// TestShotType: nothing but a picture is one, whatever it is called.
func TestShotType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{string(png): "image/png", "\xff\xd8\xff\xe0JFIF": "image/jpeg", "RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
		"<html>": "", "%PDF-1.4": "", "GIF89a": "", "RIFF\x00\x00\x00\x00WAVE": "", "": ""} {
		if got := desk.ShotType([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~]{0,64}`).Draw(t, "text")
		if got := desk.ShotType([]byte(text)); got != "" && got != "image/webp" {
			t.Fatal(text, got)
		}
	})
}

func FuzzPasteParser(f *testing.F) {
	f.Add([]byte(`{"incoming":{"Title":"甲"},"shot":"iVBO"}`))
	f.Add([]byte(`{"incoming":{"Extra":{"shot":{}}}}`))
	for _, x := range corpus.Texts(f, 5) {
		b, err := json.Marshal(map[string]any{"incoming": map[string]string{"Title": x.Title, "Body": x.Body}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		parts, err := desk.PasteParser{}.Parse(desk.Source{}, desk.Raw{Bytes: b}, time.UTC)
		if err == nil && len(parts) != 1 {
			t.Error(len(parts))
		}
	})
}
