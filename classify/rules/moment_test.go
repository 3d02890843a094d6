package rules

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

var form = regexp.MustCompile(`^(\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d[+-]\d\d:\d\d)?)?)?|--\d\d-\d\d(T\d\d(:\d\d)?)?|---\d\d(T\d\d(:\d\d)?)?|T\d\d(:\d\d)?)?$`)

func occurred(text desk.Text) string {
	var v desk.Verdict
	occurredSet(time.FixedZone("", 8*3600)).Apply(text, &v)
	return v.Occurred
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, at, want string }{
		{"今(30)日上午10时56分,大厦起火。", "", "---30T10:56"},
		{"今晨5点,货车追尾。", "2026-03-02T09:00:00+08:00", "2026-03-02T05"},
		{"昨晚12时许,仓库起火。", "", "T00"},
		{"5月4日中午12点左右起火。", "", "--05-04T12"},
		{"晚上7点半发生车祸。", "", "T19:30"},
		{"余震最大五点零级。", "", ""},
		{"记者21日从县里获悉,18日8时,客车侧翻。", "", "---18T08"},
		{"截至18时统计,已有107人死亡。", "", ""},
		{"12月28日,两车相撞。", "2026-01-03T00:00:00Z", "2025-12-28"},
		{"前天下午3点15分起火。", "2026-03-01T01:00:00+08:00", "2026-02-27T15:15:00+08:00"},
		{"昨晚8时许起火。", "2026-03-01T20:00:00Z", "2026-03-01T20"}, // in the office's zone it is the 2nd already
	} {
		if got := occurred(desk.Text{Body: c.text, At: c.at}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDatesAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, d := rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
		h, n := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		text := fmt.Sprintf("%d月%d日%d时%d分,仓库起火。", m, d, h, n)
		if got, want := occurred(desk.Text{Body: text}), fmt.Sprintf("--%02d-%02dT%02d:%02d", m, d, h, n); got != want {
			t.Fatalf("%s: %s", text, got)
		}
	})
}

func FuzzOccurred(f *testing.F) {
	for _, s := range []string{"昨晚8时许", "2014年4月14日23时", "今(30)日", "(昨日", "1月1日电", "五点零级", "24时60分"} {
		f.Add(s, "2026-03-02T09:00:00+08:00")
		f.Add(s, "")
	}
	for _, x := range corpus.Texts(f, 20) {
		f.Add(x.Body, "2014-03-02T09:00:00+08:00")
	}
	f.Fuzz(func(t *testing.T, text, at string) {
		if got := occurred(desk.Text{Title: text, Body: text + "发生车祸", At: at}); !form.MatchString(got) {
			t.Fatalf("%q gives %q", text, got)
		}
	})
}
