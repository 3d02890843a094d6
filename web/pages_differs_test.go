package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// toldReader reads texts as it was told to, by a word in them.
type toldReader map[string]desk.Verdict

func (r toldReader) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	for word, v := range r {
		if strings.Contains(text.Title+text.Body, word) {
			v = v.Copy()
			for i := range v.Evidence { // spans where the words stand
				e := &v.Evidence[i]
				source := text.Body
				if e.In = "text"; !strings.Contains(source, e.Text) {
					e.In, source = "title", text.Title
				}
				at := strings.Index(source, e.Text)
				e.Start = len([]rune(source[:at]))
				e.End = e.Start + len([]rune(e.Text))
			}
			return desk.Reading{Verdict: v, Tokens: []string{word}}, nil
		}
	}
	return desk.Reading{Verdict: desk.Verdict{Kind: desk.KindConsult, Urgency: desk.UrgencyNormal, Confidence: map[string]float64{}}, Tokens: []string{"无"}}, nil
}

// accident is what is read at the drill of a chemical works: a release that counts two injured, a letter that counts
// three dead, and a letter with cues of every sort.
var accident = toldReader{
	"首次通报": {Kind: desk.KindConsult, Urgency: desk.UrgencyNormal, Confidence: map[string]float64{}, Facts: desk.Facts{Injured: ptr(2)},
		Evidence: []desk.Evidence{{Field: "facts.injured", Text: "2人受伤"}}},
	"我亲眼看见": {Kind: desk.KindHelp, Category: "政法", Urgency: desk.UrgencyUrgent, Place: "长虹化工厂", Level: desk.LevelLarge, Occurred: "2026-11-20T20", Facts: desk.Facts{Deaths: ptr(3)},
		Departments: []desk.ScoredName{{Name: "应急局", Score: .6}, {Name: "公安局", Score: .2}, {Name: "卫健委", Score: .1}},
		Rumour:      .6, Sentiment: -.7, SelfHarm: .6, Threat: .3, GroupRisk: .8,
		Confidence: map[string]float64{"kind": .88, "category": .72, "department": .61, "urgency": .85, "place": .7},
		Evidence: []desk.Evidence{{Field: "facts.deaths", Text: "3人死亡"}, {Field: "department", Text: "爆炸", Weight: .7}, {Field: "department", Text: "厂里", Weight: .3},
			{Field: "department/公安局", Text: "封路"}, {Field: "kind", Text: "救命"}, {Field: "urgency", Text: "爆炸"}, {Field: "level", Text: "爆炸", Weight: .5}, {Field: "level", Text: "3人死亡", Weight: .5},
			{Field: "occurred", Text: "今晚八点"}, {Field: "place", Text: "长虹化工厂"}, {Field: "rumour", Text: "听说"}, {Field: "sentiment", Text: "绝望"}, {Field: "self_harm", Text: "不想活"},
			{Field: "threat", Text: "走着瞧"}, {Field: "group_risk", Text: "联名"}},
		Reasons: map[string]string{"category": desk.ReasonWhole, "department/卫健委": desk.ReasonCategory}},
	"路灯": {Kind: desk.KindComplaint, Urgency: desk.UrgencyNormal, Departments: []desk.ScoredName{{Name: "路灯所", Score: .9}}, Confidence: map[string]float64{"kind": .2, "urgency": .7, "department": .9},
		Evidence: []desk.Evidence{{Field: "department", Text: "路灯"}},
		Reasons:  map[string]string{"kind": desk.ReasonUsual, "urgency": desk.ReasonUsual, "department": desk.ReasonDuties}},
}

// An item that says otherwise than our release says so on its page and on the incident's, both sides quoted, and only
// to those who may read releases.
func TestPagesTellWhatDiffersFromOurRelease(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.Classifier = accident
	ctx := t.Context()
	duty, press := n.person(desk.RoleDuty, "zhoumin", "周敏"), n.person(desk.RolePress, "chenlan", "陈岚")
	secrecy, leader := n.person(desk.RoleSecrecy, "dingyi", "丁一"), n.person(desk.RoleLeader, "wangjian", "王健")
	var in desk.Incident
	n.at(3*time.Hour, func() {
		in = must(n.RaiseIncident(ctx, duty, desk.Raise{Title: "长虹化工厂爆炸", Kind: "事故灾难", Place: "长虹化工厂"}))
	})
	n.at(2*time.Hour, func() {
		rel := must(n.DraftRelease(ctx, press, in.ID, desk.ReleaseFirst, "首次通报", "长虹化工厂发生爆炸，2人受伤。"))
		rel = must(n.SubmitRelease(ctx, press, rel.ID, 1))
		rel = must(n.ReviewRelease(ctx, secrecy, rel.ID, 1, desk.ReviewPass, "不涉密", nil))
		rel = must(n.SignRelease(ctx, leader, rel.ID, 1, true, "", nil))
		must(n.PublishRelease(ctx, press, rel.ID, 1, desk.Publish{Channel: "门户网站", Proof: desk.Proof{Address: "https://yunze.example/1"}}))
		must(n.DraftRelease(ctx, press, in.ID, desk.ReleaseFollowUp, "续报草稿", "首次通报后，9人受伤。")) // nobody may know of it yet
	})
	var letter, lamp int64
	n.at(time.Hour, func() {
		letter = n.Push(desk.Incoming{Title: "长虹化工厂", Body: "我亲眼看见，今晚八点厂里爆炸，3人死亡，救命，封路了，听说还要炸，绝望，不想活，走着瞧，已经联名<script>"})[0].ID
		lamp = n.Push(desk.Incoming{Title: "路灯坏了"})[0].ID
		must(n.AttachItems(ctx, duty, in.ID, []int64{letter, lamp}))
	})
	v, operator := n.visitor(duty, "zhoumin"), n.visitor(n.person(desk.RoleOperator, "zhaoli", "赵丽"), "zhaoli")
	page := v.get(itemHome(letter)).want(t, 200, "与通报不同", "与我办 ", "发布的通报不同：", "通报只说“2人受伤”，没有说到死亡", "，来件称“3人死亡”", "以哪个为准须由人核实", `href="/releases/1"`,
		// each field with its words, and how sure where that was measured
		"由全文的平常字词合起来判断", "把握 72%", "“爆炸”“厂里”", "把握 61%", "也可能", "公安局", "“封路”", "卫健委", "按领域推定", "“救命”", "把握 88%",
		"文中时间", "2026-11-20 20 时许", "“今晚八点”", "线索较多", "“听说”", "仅为线索，须核查", "轻生的话", "“不想活”", "威胁的话", "线索少", "“走着瞧”", "线索强", "“联名”",
		"语气", "很不满或很难过", "“绝望”", `<mark title="责任单位、紧急程度、事件等级">爆炸</mark>`, `title="死亡、事件等级"`)
	page.lacks(t, "60%", "把握 85%", "9人受伤", "<script>", "续报草稿")
	v.get(itemHome(lamp)).want(t, 200, "没有明显字词，按最常见的判断", "没有急迫的字词", "职责清单写明").lacks(t, "与通报不同", "把握 20%", "把握 90%")
	operator.get(itemHome(letter)).want(t, 200, "轻生的话").lacks(t, "与通报不同", "2人受伤")
	v.get(incidentHome(in.ID)).want(t, 200, "与通报不同的说法", "1 件来件", "来件称“3人死亡”", "通报只说“2人受伤”，没有说到死亡", "系统只作比对").lacks(t, "通报称“9人受伤”")
	v.get("/items").want(t, 200, "轻生的话")
	english := v.htmx()
	english.head = map[string]string{"Cookie": "huiying_lang=en"}
	english.get(itemHome(letter)).want(t, 200, "Differs from our release", "the release says only “2人受伤” and nothing of Deaths", "72% sure", "Talk of suicide", "several cues")
}

func itemHome(id int64) string { return fmt.Sprintf("/items/%d", id) }

func TestOccurredInWords(t *testing.T) {
	t.Parallel()
	views, err := shanghai()
	if err != nil {
		t.Fatal(err)
	}
	r := teller{views: views, lang: LangChinese}
	for told, want := range map[string]string{
		"2014-04-14T23:05:00+08:00": "2014-04-14 23:05", "2014-04-14T23": "2014-04-14 23 时许", "--04-25T22:30": "04-25 22:30", "---12T07": "12 日 7 时许",
		"T13:40": "13:40", "T13": "13 时许", "2014-04-14": "2014-04-14", "": "", "x": "",
	} {
		if got := r.occurred(told); got != want {
			t.Errorf("%q: %q, want %q", told, got, want)
		}
	}
	for grade, want := range map[float64]string{.3: "线索少", .5: "线索较多", .9: "线索强"} {
		if f := r.cue("疑不实", grade, "“听说”", "仅为线索，须核查"); f.Value[0].Text != want || f.Note != "“听说”　仅为线索，须核查" {
			t.Errorf("%v: %+v", grade, f)
		}
	}
	for tone, want := range map[float64]string{-.9: "很不满或很难过", -.3: "不满或难过", .3: "满意或感激", .9: "很满意或很感激"} {
		if got := toneWord(tone); got != want {
			t.Errorf("%v: %s", tone, got)
		}
	}
}
