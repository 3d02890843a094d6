package desk_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// spool is an outer node's, in memory.
type spool struct {
	letters []desk.Letter
	bodies  []string
}

func (s *spool) Secret(context.Context) ([]byte, error) { return bytes.Repeat([]byte{7}, 32), nil }

func (s *spool) SpoolLetter(_ context.Context, l desk.Letter, in desk.Incoming) (bool, error) {
	for _, was := range s.letters {
		if bytes.Equal(was.Code, l.Code) {
			return bytes.Equal(was.Form, l.Form), nil
		}
	}
	s.letters, s.bodies = append(s.letters, l), append(s.bodies, in.Body)
	return true, nil
}

func (s *spool) SpooledByForm(_ context.Context, form []byte) (desk.Letter, error) {
	for _, l := range s.letters {
		if bytes.Equal(l.Form, form) {
			return l, nil
		}
	}
	return desk.Letter{}, desk.NotFound("没有")
}

func (s *spool) SpooledState(context.Context, []byte) (desk.LetterState, error) {
	return desk.LetterState{State: "received"}, nil
}

// TestAnotherLetterInTheSameForm: who goes back to the form and writes another letter has sent two, each under a code
// of its own; what was written first stays as it was, open or 保密. The same once more is the same letter.
func TestAnotherLetterInTheSameForm(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	outside := &spool{}
	outer := desk.OuterBox{Spool: outside, Now: o.Now}
	for name, box := range map[string]interface {
		NewLetterForm(context.Context) (string, error)
		SendLetter(context.Context, desk.LetterForm) (string, error)
	}{"inside": o.Desk, "outside": outer} {
		token, err := box.NewLetterForm(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o.Clock.Move(time.Minute)
		first := desk.LetterForm{Token: token, Title: "路灯", Words: "清水路路灯不亮。\r\n请修。"}
		second := desk.LetterForm{Token: token, Title: "举报", Words: "某公司偷排。", Name: "郑小明", Sealed: true}
		hidden := first
		hidden.Sealed = true
		same := first
		same.Words = "清水路路灯不亮。\n请修。"
		var codes []string
		for _, f := range []desk.LetterForm{first, second, hidden, first, second, same} {
			code, err := box.SendLetter(t.Context(), f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			codes = append(codes, code)
		}
		if codes[0] != codes[3] || codes[1] != codes[4] || codes[0] != codes[5] {
			t.Errorf("%s: the same again has another code: %q", name, codes)
		}
		slices.Sort(codes)
		if n := len(slices.Compact(codes)); n != 3 {
			t.Errorf("%s: %d codes of three letters", name, n)
		}
	}
	if len(outside.letters) != 3 || !slices.Contains(outside.bodies, "某公司偷排。") || !slices.Contains(outside.bodies, "清水路路灯不亮。\n请修。") {
		t.Errorf("outside: %q", outside.bodies)
	}
	list, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{})
	if err != nil || len(list) != 3 {
		t.Fatalf("%d letters, %v", len(list), err)
	}
	sealed := 0
	for _, it := range list {
		if it.Version != 1 {
			t.Errorf("%q has version %d", it.Title, it.Version)
		}
		if it.Sealed {
			sealed++
		}
	}
	if sealed != 2 {
		t.Errorf("%d of them are 保密", sealed)
	}
}

// TestLinesCountOnce: a line's end is one character, however a browser sends it.
func TestLinesCountOnce(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	words := strings.Repeat("长\r\n", desk.MaxLetterWords/2)
	send(t, o, desk.LetterForm{Title: "标题", Words: words})
	if it := newest(t, o, o.As(desk.RoleDuty)); it.Body != strings.ReplaceAll(words, "\r\n", "\n") {
		t.Errorf("the letter has %d bytes", len(it.Body))
	}
	if _, err := o.SendLetter(t.Context(), write(t, o, desk.LetterForm{Title: "标题", Words: words + "长"})); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("one too many: %v", err)
	}
}
