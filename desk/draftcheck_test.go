package desk

import (
	"fmt"
	"huiying/desk/desktest/corpus"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// whole is a release that says all there is to say.
const whole = `11月21日20时13分，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至23时，事故造成12人死亡、37人受伤，伤者均已送医救治。现场明火已于22时05分扑灭。
市委、市政府主要负责同志赶赴现场指挥处置，组织周边群众1,260人转移安置。事故原因正在调查。
有关情况将于11月22日8时前续报。救助咨询电话：12345（24小时）。`

func verified(deaths, injured int) Facts { return Facts{Deaths: &deaths, Injured: &injured} }

func TestCheckDraftOfAWholeText(t *testing.T) {
	t.Parallel()
	r := CheckDraft(Draft{Kind: ReleaseFirst, Matter: "事故灾难", Title: "关于云泽化工园区爆炸事故的情况通报", Body: whole, Figures: verified(12, 37)})
	if len(r.Findings) != 0 {
		t.Errorf("found %+v", r.Findings)
	}
	if want := []string{"时间", "地点", "伤亡", "措施", "下一步", "电话", "数字", "原因", "承诺"}; !slices.Equal(r.Passed, want) {
		t.Errorf("passed %q, want %q", r.Passed, want)
	}
}

func TestCheckDraftFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	without := func(words ...string) string {
		out := whole
		for _, w := range words {
			out = strings.ReplaceAll(out, w, "")
		}
		return out
	}
	for _, c := range []struct{ name, body, want string }{
		{"time", without("11月21日20时13分，", "截至23时，", "已于22时05分", "于11月22日8时前"), ElementTime},
		{"place", without("云泽化工园区环园北路18号云泽恒升化工有限公司一车间", "市委、市政府"), ElementPlace},
		{"harm", without("造成12人死亡、37人受伤，伤者均已送医救治"), ElementHarm},
		{"next", without("有关情况将于11月22日8时前续报。"), ElementNext},
		{"phone", without("救助咨询电话：12345（24小时）。"), ElementPhone},
	} {
		r := CheckDraft(Draft{Kind: ReleaseFirst, Matter: "事故灾难", Title: "情况通报", Body: c.body, Figures: verified(12, 37)})
		i := slices.IndexFunc(r.Findings, func(f DraftFinding) bool { return f.Kind == FindMissing && f.Element == c.want })
		if i < 0 || !r.Findings[i].Must || slices.Contains(r.Passed, c.want) {
			t.Errorf("%s: %s isn't missed: %+v", c.name, c.want, r)
		}
	}
}

func TestCheckDraftWantsByKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, matter string
		want         int
	}{{ReleaseFirst, "事故灾难", 6}, {ReleaseFollowUp, "自然灾害", 6}, {ReleaseFirst, KindOpinion, 5}, {ReleaseResponse, KindOpinion, 3}, {ReleaseClarify, KindOpinion, 2}} {
		r := CheckDraft(Draft{Kind: c.kind, Matter: c.matter, Title: "通报"})
		if must, _ := r.Must(); must != c.want {
			t.Errorf("%s of %s: an empty text lacks %d elements, want %d: %+v", c.kind, c.matter, must, c.want, r.Findings)
		}
	}
}

func TestAnOfficeIsNoPlace(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"云泽市人民政府新闻办公室": false, "云泽市委高度重视": false, "河口街道办事处附近停水": true, "环园北路18号": true, "位于老厂房内": false,
	} {
		if got := (Draft{Body: body}).has(ElementPlace); got != want {
			t.Errorf("%q names a place: %v, want %v", body, got, want)
		}
	}
	if !(Draft{Body: "在恒升厂内", Place: "恒升厂"}).has(ElementPlace) {
		t.Error("the incident's own place isn't taken for one")
	}
}

func TestCheckDraftHoldsFiguresAgainstFacts(t *testing.T) {
	t.Parallel()
	serious, missing := 5, 2
	known := verified(12, 37)
	known.SeriousInjured, known.Missing = &serious, &missing
	for _, c := range []struct{ text, quote, mend string }{
		{"造成12人死亡、39人受伤", "39人受伤", "37人受伤"},
		{"造成12人死亡39人受伤", "39人受伤", "37人受伤"},
		{"造成十二人死亡、三十七人受伤", "", ""},
		{"造成一十三人遇难", "一十三人遇难", "12人遇难"},
		{"死亡13人，受伤37人", "死亡13人", "死亡12人"},
		{"37人受伤，其中重伤6人", "重伤6人", "重伤5人"},
		{"2名工人失联", "", ""},
		{"3名工人失去联系，另有3名群众失踪", "3名群众失踪", "2名群众失踪"},
		{"转移安置1,260人", "", ""},
		{"目前未造成人员伤亡", "未造成人员伤亡", ""},
		{"目前没有人员死亡", "没有人员死亡", ""},
	} {
		var got []DraftFinding
		for _, f := range CheckDraft(Draft{Body: c.text, Figures: known}).Findings {
			if f.Kind == FindFigure {
				got = append(got, f)
			}
		}
		switch {
		case c.quote == "" && len(got) > 0:
			t.Errorf("%s: %+v", c.text, got)
		case c.quote != "" && (len(got) != 1 || got[0].Evidence.Text != c.quote || got[0].Mend != c.mend || !got[0].Must):
			t.Errorf("%s: %+v, want %q mended to %q", c.text, got, c.quote, c.mend)
		}
	}
	r := CheckDraft(Draft{Body: "造成3人死亡"})
	if !slices.ContainsFunc(r.Findings, func(f DraftFinding) bool {
		return f.Kind == FindUnverified && f.Evidence.Text == "3人死亡" && !f.Must
	}) {
		t.Errorf("a figure that nobody has verified isn't seen: %+v", r.Findings)
	}
}

func TestCheckDraftFindsCausesSaidTooEarly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"事故原因系操作不当引起，正在进一步调查": "系操作不当引起",
		"起火原因为电路老化":           "原因为电路老化",
		"初步判断原因是违规动火":         "原因是违规动火",
		"因违规操作导致此次爆炸":         "因违规操作导致此次爆炸",
		"此次爆炸由静电引发":           "由静电引发",
		"这是一起安全生产责任事故":        "是一起安全生产责任事故",
		"事故原因正在调查":            "",
		"是否系操作不当引起，正在调查":      "",
		"原因是否为泄漏，仍在核查":        "",
		"因道路积水造成交通缓行":         "",
		"因爆炸造成周边居民家玻璃破碎":      "",
		"经调查认定，事故系违规操作引起":     "",
		"联系方式：由各区公布":          "",
		"事故造成12人死亡":           "",
	} {
		got := ""
		for _, f := range CheckDraft(Draft{Body: text}).Findings {
			if f.Kind == FindCause {
				got = f.Evidence.Text
			}
		}
		if got != want {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
	for _, f := range CheckDraft(Draft{Body: "事故原因系操作不当引起，正在进一步调查。"}).Findings {
		if f.Kind == FindCause && f.Mend != "尚不明确" {
			t.Errorf("the mend reads %q", f.Mend)
		}
	}
}

func TestCheckDraftFindsPromisesWithoutADate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"有关情况将尽快续报":             "尽快",
		"调查结果将适时公布":             "适时",
		"11月21日20时发生爆炸，将尽快公布原因": "尽快",
		"将尽快公布，不晚于11月22日8时":     "",
		"将于近期公布方案":              "近期",
		"近期网传我市停水":              "",
		"请附近居民尽快撤离":             "",
		"供水即将恢复":                "即将",
		"将于11月22日8时前续报":         "",
		"力争24小时内尽早恢复供水":         "",
	} {
		got := ""
		for _, f := range CheckDraft(Draft{Body: text}).Findings {
			if f.Kind == FindPromise {
				got = f.Evidence.Text
			}
		}
		if got != want {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
}

func TestBlanksAreFound(t *testing.T) {
	t.Parallel()
	r := CheckDraft(Draft{Body: "各项指标【填：监测结果】。电话【填：电话】"})
	n := 0
	for _, f := range r.Findings {
		if f.Kind == FindBlank && f.Must && strings.HasPrefix(f.Evidence.Text, "【填：") {
			n++
		}
	}
	if n != 2 || slices.Contains(r.Passed, ElementPhone) {
		t.Errorf("%d blanks found: %+v", n, r)
	}
}

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"39": 39, "1,260": 1260, "十": 10, "十二": 12, "二十": 20, "三十九": 39, "一百零二": 102, "两千三百": 2300, "一万两千": 12000, "〇": 0} {
		if got, ok := readNumber(in); !ok || got != want {
			t.Errorf("%s is read as %d, %v", in, got, ok)
		}
	}
	if _, ok := readNumber("99999999999"); ok {
		t.Error("a figure beyond all measure is read")
	}
}

// FuzzCheckDraft: no text brings it down, and every finding points at its own words.
func FuzzCheckDraft(f *testing.F) {
	f.Add("情况通报", whole)
	f.Add("", "系是否引起，尽快。【填：】十人死亡")
	f.Add("𠮷", "\xff12人死亡")
	for _, x := range corpus.Texts(f, 10) {
		f.Add(x.Title, x.Body)
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		for _, x := range CheckDraft(Draft{Kind: ReleaseFirst, Title: title, Body: body, Figures: verified(1, 2)}).Findings {
			e := x.Evidence
			if e.In == "" {
				continue
			}
			text := []rune(map[string]string{"title": title, "text": body}[e.In])
			if e.Start < 0 || e.End > len(text) || e.Start >= e.End {
				t.Fatalf("%+v is outside of %q", e, string(text))
			}
			if utf8.ValidString(title+body) && string(text[e.Start:e.End]) != e.Text {
				t.Fatalf("%+v points at %q", e, string(text[e.Start:e.End]))
			}
		}
	})
}

func ExampleCheckDraft() {
	deaths := 12
	r := CheckDraft(Draft{Kind: ReleaseClarify, Title: "情况说明", Body: "11月21日网传造成60人死亡，不实。电话12345。", Figures: Facts{Deaths: &deaths}})
	for _, f := range r.Findings {
		fmt.Println(f.Kind, f.Evidence.Text, "→", f.Mend)
	}
	// Output: figure 60人死亡 → 12人死亡
}
