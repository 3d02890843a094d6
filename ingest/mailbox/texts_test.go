package mailbox

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// multi is a body of parts of a kind, each a header's lines and a text.
func multi(kind, boundary string, parts ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Content-Type: multipart/%s; boundary=%s\n\n", kind, boundary)
	for _, p := range parts {
		fmt.Fprintf(&b, "--%s\n%s\n", boundary, p)
	}
	fmt.Fprintf(&b, "--%s--\n", boundary)
	return b.String()
}

func plainPart(s string) string {
	return "Content-Type: text/plain; charset=utf-8\n\n" + s + "\n"
}

func htmlPart(s string) string {
	return "Content-Type: text/html; charset=utf-8\n\n<html><body><p>" + strings.ReplaceAll(s, "\n", "<br>") + "</p></body></html>\n"
}

func headed(body string) string {
	return "From: zhang@example.com\nSubject: x\nMessage-ID: <texts@example.com>\n" + body
}

// TestWholeLetter: whatever a letter is made of, its words are all there, in their
// order, once.
func TestWholeLetter(t *testing.T) {
	t.Parallel()
	const (
		words  = "清水路中段路灯已经坏了半个月，晚上老人孩子出行很不安全，请尽快派人维修。"
		footer = "本邮件由云泽市电子邮件网关转发"
		phone  = "发自我的 iPhone"
	)
	inner := "Content-Type: message/rfc822\n\nSubject: 原信\nContent-Type: text/plain; charset=utf-8\n\n原信的内容\n"
	file := func(kind, disposition, s string) string {
		return "Content-Type: " + kind + "\n" + disposition + "\n" + s + "\n"
	}
	for name, c := range map[string]struct {
		body, want string
		files      int
	}{
		"HTML and a gateway's footer":             {multi("mixed", "a", htmlPart(words), plainPart(footer)), words + "\n\n" + footer, 0},
		"a phone's line before the HTML":          {multi("mixed", "a", plainPart(phone), multi("alternative", "b", htmlPart(words))), phone + "\n\n" + words, 0},
		"a phone's line and both":                 {multi("mixed", "a", multi("alternative", "b", plainPart(words), htmlPart(words)), plainPart(phone)), words + "\n\n" + phone, 0},
		"HTML cover of a letter inside":           {multi("mixed", "a", htmlPart(words), inner), words + "\n\n【所附邮件】原信\n原信的内容", 0},
		"plain stub":                              {multi("alternative", "a", plainPart("您的邮件客户端不支持HTML，请升级后查看。"), htmlPart("路灯坏了")), "路灯坏了", 0},
		"English stub":                            {multi("alternative", "a", plainPart("Your mail reader does not support HTML."), htmlPart("路灯坏了")), "路灯坏了", 0},
		"a small part of the HTML":                {multi("alternative", "a", plainPart("清水路中段"), htmlPart(words)), words, 0},
		"a small part with a long address":        {multi("alternative", "a", plainPart("详见 https://mail.example.com/view?"+strings.Repeat("a", 200)), htmlPart(words)), words, 0},
		"a letter about HTML":                     {multi("alternative", "a", plainPart(words+"另外贵网站不支持HTML5。"), htmlPart(words+"另外贵网站不支持HTML5。")), words + "另外贵网站不支持HTML5。", 0},
		"both the same":                           {multi("alternative", "a", plainPart(words), htmlPart(words)), words, 0},
		"both the same, not said so":              {multi("mixed", "a", plainPart(words), htmlPart(words)), words, 0},
		"the same, HTML first":                    {multi("related", "a", htmlPart(words), plainPart(words)), words, 0},
		"plain cut short, not said so":            {multi("mixed", "a", plainPart(string([]rune(words)[:34])+"……"), htmlPart(words)), words, 0},
		"one answered twice":                      {multi("mixed", "a", plainPart("同意"), htmlPart("同意")), "同意", 0},
		"HTML with a name":                        {multi("mixed", "a", plainPart("见材料"), file(`text/html; charset=utf-8; name="材料.html"`, "", "<p>"+words+"</p>")), "见材料\n\n" + words, 1},
		"HTML inline with a name":                 {multi("mixed", "a", plainPart("见材料"), file("text/html; charset=utf-8", "Content-Disposition: inline; filename=\"a.html\"\n", "<p>"+words+"</p>")), "见材料\n\n" + words, 1},
		"plain with a name":                       {multi("mixed", "a", htmlPart("见材料"), file(`text/plain; charset=utf-8; name="a.txt"`, "", words)), "见材料\n\n" + words, 1},
		"HTML attached":                           {multi("mixed", "a", plainPart("见材料"), file("text/html; charset=utf-8", "Content-Disposition: attachment; filename=\"a.html\"\n", "<p>"+words+"</p>")), "见材料", 1},
		"HTML in pieces around a picture":         {multi("alternative", "a", plainPart("前半句话在这里\n后半句话在这里"), multi("mixed", "b", htmlPart("前半句话在这里"), "Content-Type: image/png; name=a.png\n\nx\n", htmlPart("后半句话在这里"))), "前半句话在这里\n后半句话在这里", 1},
		"a file of notes beside the HTML":         {multi("alternative", "a", plainPart(words), multi("mixed", "b", htmlPart(words), file("text/plain; charset=utf-8; name=a.txt", "", "附记一句"))), words + "\n\n附记一句", 1},
		"a calendar's entry":                      {multi("alternative", "a", htmlPart(words), "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n"), words, 0},
		"a calendar's entry alone":                {multi("alternative", "a", "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n"), "BEGIN:VCALENDAR", 0},
		"HTML that says nothing":                  {multi("alternative", "a", plainPart("您的邮件客户端不支持HTML"), htmlPart("")), "您的邮件客户端不支持HTML", 0},
		"an address between words without blanks": {multi("alternative", "a", plainPart("见https://a.example/b清水路中段路灯已经坏了半个月"), htmlPart("见 清水路中段路灯已经坏了半个月")), "见https://a.example/b清水路中段路灯已经坏了半个月", 0},
	} {
		in := parsed(t, headed(c.body))
		if in.Body != c.want || len(in.Files) != c.files {
			t.Errorf("%s: %q and %d files, want %q and %d", name, in.Body, len(in.Files), c.want, c.files)
		}
	}
}

// TestNoWordLost: of parts put together in any way none loses its words, and their
// order stays.
func TestNoWordLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var want []string
		n := 0
		var part func(depth int) string
		part = func(depth int) string {
			n++
			word := fmt.Sprintf("第%d段话", n)
			pick := rapid.IntRange(0, 5).Draw(r, "part")
			if depth > 3 && pick > 2 {
				pick -= 3
			}
			boundary := fmt.Sprintf("b%d", n)
			switch pick {
			case 0:
				want = append(want, word)
				return plainPart(word)
			case 1:
				want = append(want, word)
				return htmlPart(word)
			case 2:
				want = append(want, word)
				return multi("alternative", boundary, plainPart(word), htmlPart(word))
			case 3:
				return "Content-Type: message/rfc822\n\nSubject: y\n" + part(depth+1)
			}
			var list []string
			for range rapid.IntRange(1, 3).Draw(r, "n") {
				list = append(list, part(depth+1))
			}
			return multi([]string{"mixed", "related"}[pick-4], boundary, list...)
		}
		raw := headed(part(0))
		got := parsed(t, raw).Body
		rest := got
		for _, w := range want {
			_, after, ok := strings.Cut(rest, w)
			if !ok || strings.Count(got, w) != 1 {
				r.Fatalf("%s is not there once and in its place: %q of\n%s", w, got, raw)
			}
			rest = after
		}
	})
}
