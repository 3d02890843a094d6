package desk

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk/timeline"
)

func shipped(t testing.TB) Policy {
	t.Helper()
	p, err := DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestShippedRules holds the shipped file against the figures of the notices.
func TestShippedRules(t *testing.T) {
	t.Parallel()
	p := shipped(t)
	type figure struct{ span, document, anchors, metBy, levels, kinds string }
	want := map[string]figure{
		"release":          {"5小时", "国办发〔2016〕80号；昭政办发〔2017〕88号", "发生 获知", "release", "特别重大 重大", ""},
		"briefing":         {"24小时", "国办发〔2016〕61号；国办发〔2016〕80号", "发生 获知", "briefing", "特别重大 重大", ""},
		"follow-up":        {"24小时", "国办发〔2016〕80号", "上次办理", "release", "特别重大 重大", ""},
		"response":         {"48小时", "国办发〔2016〕61号", "发生 获知", "response release", "", ""},
		"report-phone":     {"15分钟", "省级突发事件信息报告规定", "接报", "report", "特别重大 重大", "电话"},
		"report-written":   {"35分钟", "省级突发事件信息报告规定", "接报", "report", "特别重大 重大", "书面"},
		"report-large":     {"1小时", "省级突发事件信息报告规定", "接报", "report", "较大", "电话 书面"},
		"report-minor":     {"6小时", "省级突发事件信息报告规定", "接报", "report", "一般", "电话 书面"},
		"report-risk":      {"1小时", "省级突发事件信息报告规定", "接报", "report", "", "较大涉险"},
		"report-unit":      {"1小时", "国务院令第493号", "接报", "report", "", "事故单位"},
		"report-tier":      {"2小时", "国务院令第493号", "接报", "report", "", "逐级上报"},
		"progress":         {"24小时", "国务院令第493号；省级突发事件信息报告规定", "上次办理 接报", "report", "", "续报"},
		"progress-major":   {"12小时", "国务院令第493号；省级突发事件信息报告规定", "上次办理 接报", "report", "特别重大 重大", "续报"},
		"explanation":      {"3个工作日", "昭政办发〔2017〕88号", "发生", "explanation", "", ""},
		"ticket-consult":   {"2个工作日", "广东省12345办法（2022）", "接报", "answer", "", "咨询"},
		"ticket-help":      {"10个工作日", "广东省12345办法（2022）", "接报", "answer", "", "求助 建议"},
		"ticket-complaint": {"15个工作日", "广东省12345办法（2022）", "接报", "answer", "", "投诉 举报"},
		"ticket-life":      {"2小时", "北京市接诉即办规定（草案，2021）", "接报", "answer", "", "生命财产"},
		"ticket-utility":   {"24小时", "北京市接诉即办规定（草案，2021）", "接报", "answer", "", "水电气热"},
		"mailbox-accept":   {"24小时", "GB/T 33358-2016；沈阳市长信箱办理规定", "接报", "accept", "", "信箱 信箱（复杂）"},
		"mailbox-answer":   {"3个工作日", "GB/T 33358-2016；沈阳市长信箱办理规定", "接报", "answer", "", "信箱"},
		"mailbox-complex":  {"10个工作日", "GB/T 33358-2016；沈阳市长信箱办理规定", "接报", "answer", "", "信箱（复杂）"},
		"board-answer":     {"15个工作日", "政府网站与政务新媒体检查指标", "接报", "answer", "", "领导留言板 网站来信"},
		"market-complaint": {"7个工作日", "市场监督管理投诉举报处理暂行办法", "接报", "accept", "", "市场监管投诉"},
		"market-report":    {"15个工作日", "市场监督管理投诉举报处理暂行办法", "接报", "decide", "", "市场监管举报"},
	}
	practice := []string{"follow-up", "report-phone", "report-written", "report-large", "report-minor", "report-risk", "progress", "progress-major", "ticket-life", "ticket-utility"}
	for _, r := range p.Rules {
		anchors, acts := []string{}, []string{}
		for _, a := range r.Anchors {
			anchors = append(anchors, a.Name())
		}
		for _, a := range r.MetBy {
			acts = append(acts, string(a))
		}
		got := figure{r.Span.String(), r.Document, strings.Join(anchors, " "), strings.Join(acts, " "), strings.Join(r.Applies.Levels, " "), strings.Join(r.Applies.Kinds, " ")}
		if got != want[r.Key] {
			t.Errorf("%s: %+v, want %+v", r.Key, got, want[r.Key])
		}
		delete(want, r.Key)
		if r.Practice != slices.Contains(practice, r.Key) {
			t.Errorf("%s: practice %v", r.Key, r.Practice)
		}
		if r.Lights != (timeline.Lights{Yellow: .5, Red: .75}) || r.Alerts.Every != 30*time.Minute || len(r.Alerts.Marks) != 3 {
			t.Errorf("%s: lights %v alerts %v", r.Key, r.Lights, r.Alerts)
		}
		if r.Adjusted != "" {
			t.Errorf("%s: shipped as adjusted", r.Key)
		}
	}
	for key := range want {
		t.Errorf("%s is missing", key)
	}
}

func TestShippedFigures(t *testing.T) {
	t.Parallel()
	p := shipped(t)
	if p.Office.Name != "云泽市人民政府办公室" || p.Office.Location.String() != "Asia/Shanghai" || p.Calendar.Location() != p.Office.Location {
		t.Errorf("%+v", p.Office)
	}
	for _, c := range []struct {
		people, trapped, evacuated int
		want                       bool
	}{{9, 2, 499, false}, {10, 0, 0, true}, {0, 3, 0, true}, {0, 0, 500, true}} {
		if got := p.AtRisk(c.people, c.trapped, c.evacuated); got != c.want {
			t.Errorf("AtRisk(%d, %d, %d) = %v", c.people, c.trapped, c.evacuated, got)
		}
	}
	if p.Supplement.Days != 30 || p.Supplement.RoadFireDays != 7 || p.Calls.AnswerSeconds != 15 || p.Calls.AnswerRate != .95 || p.Routine.DaysMin != 3 || p.Routine.DaysMax != 5 {
		t.Errorf("%+v %+v %+v", p.Supplement, p.Calls, p.Routine)
	}
	for _, level := range append(slices.Clone(Levels), "") {
		s := p.SigningFor(level)
		main := level == LevelExtreme || level == LevelMajor
		if s.Role != "leader" || (s.Title == "主要负责人") != main || (s.FirstSpeaker == "主要负责人") != main {
			t.Errorf("%q: %+v", level, s)
		}
	}
	if p.SigningFor("?").Title != p.SigningFor("").Title {
		t.Error("an unknown level isn't signed like an ungraded one")
	}
	if len(p.RulesFor(timeline.OfIncident)) != 4 || len(p.RulesFor(timeline.OfDocument)) != 1 {
		t.Error("rules by subject")
	}
}

func TestPolicyPlans(t *testing.T) {
	t.Parallel()
	p := shipped(t)
	at := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	m := timeline.Matter{Of: timeline.OfIncident, Level: LevelMajor, NeedsAnswer: true, Anchors: timeline.Anchors{Occurred: &at}}
	clocks := p.Plan(m)
	if len(clocks) != 2 || clocks[0].Due.Sub(at) != 5*time.Hour || clocks[1].Due.Sub(at) != 24*time.Hour {
		t.Fatalf("%+v", clocks)
	}
	now := m
	now.Level = LevelLarge
	old := []timeline.Clock{{Rule: "release", Anchor: timeline.Occurred, Start: at, Due: at.Add(5 * time.Hour), State: timeline.Running}}
	if change := p.Replan(old, m, now).Change(); change != timeline.Delay {
		t.Errorf("a downgrade is %s", change)
	}
	doc := timeline.Matter{Of: timeline.OfDocument, Anchors: timeline.Anchors{Occurred: &at}}
	if clocks := p.Plan(doc); len(clocks) != 1 || clocks[0].Due.Sub(at) != 5*24*time.Hour+10*time.Hour { // Friday 14:00 → Wednesday 24:00
		t.Errorf("%+v", clocks)
	}
	report := timeline.Matter{Of: timeline.OfReport, Level: LevelMajor, Kind: "续报", Anchors: timeline.Anchors{Received: &at}}
	if clocks := p.Plan(report); len(clocks) != 1 || clocks[0].Rule.Key != "progress-major" {
		t.Errorf("%+v", clocks)
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	p, err := ParsePolicy([]byte("\ufeff" + `{
		"office": {"name": "云泽市云溪区人民政府办公室", "region": "530602"},
		"lights": {"yellow": 0.4},
		"alerts": {"every": "10分钟"},
		"rules": {
			"release": {"span": "3小时", "document": "云政办发〔2026〕1号"},
			"briefing": {"span": "12h"},
			"response": {"enabled": false},
			"explanation": {"lights": {"red": 0.9}, "alerts": {"marks": [{"name": "last", "text": "最后一天", "before": "24h"}]}},
			"rumour": {"name": "辟谣", "document": "云政办发〔2026〕2号", "to": "incident", "levels": ["未定级", "一般"], "span": "2h", "anchors": ["learned"], "met_by": ["release"]}
		},
		"levels": {"accident": {"grades": {"特别重大": [{"deaths": 20}]}}},
		"signing": {"较大": {"title": "主要负责人"}},
		"calls": {"answer_seconds": 10},
		"risk": {"people": 8}, "supplement": {"days": 20}, "routine_briefing": {"days_max": 7},
		"calendar": [{"year": 2027, "document": "测试文号", "holidays": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03", "work": ["2027-01-09"]}]}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	rule := func(key string) timeline.Rule {
		r, ok := p.Rule(key)
		if !ok {
			t.Fatalf("no rule %s", key)
		}
		return r
	}
	if r := rule("release"); r.Span != timeline.Hours(3) || r.Adjusted != "" || r.Name != "发布权威信息" || r.Document != "云政办发〔2026〕1号" {
		t.Errorf("%+v", r)
	}
	// Shorter, but no document of its own: the published figure is kept beside it.
	if r := rule("briefing"); r.Span != timeline.Hours(12) || r.Adjusted != "24小时" {
		t.Errorf("%+v", r)
	}
	if _, ok := p.Rule("response"); ok {
		t.Error("a rule taken out is still there")
	}
	if r := rule("rumour"); !slices.Equal(r.Applies.Levels, []string{"", "一般"}) || r.Lights.Yellow != .4 || r.Alerts.Every != 10*time.Minute {
		t.Errorf("%+v", r)
	}
	if r := rule("release"); r.Lights != (timeline.Lights{Yellow: .4, Red: .75}) || r.Alerts.Every != 10*time.Minute || len(r.Alerts.Marks) != 3 {
		t.Errorf("defaults don't reach the rules: %+v %+v", r.Lights, r.Alerts)
	}
	if r := rule("explanation"); r.Lights != (timeline.Lights{Yellow: .5, Red: .9}) || len(r.Alerts.Marks) != 1 || r.Alerts.Marks[0].Before != 24*time.Hour {
		t.Errorf("own lights and alerts: %+v %+v", r.Lights, r.Alerts)
	}
	if !p.Calendar.Covers(2027) || !p.Calendar.Covers(2026) || base.Calendar.Covers(2027) {
		t.Error("the calendar doesn't cover 2024–2027, or the base was changed")
	}
	twenty := 20
	if level, _ := SuggestLevel("事故灾难", Facts{Deaths: &twenty}, p.Levels); level != LevelExtreme {
		t.Errorf("level %s", level)
	}
	if level, _ := SuggestLevel("事故灾难", Facts{Deaths: &twenty}, base.Levels); level != LevelMajor {
		t.Errorf("the base was changed: %s", level)
	}
	if s := p.SigningFor(LevelLarge); s.Title != "主要负责人" || s.Role != "leader" || base.SigningFor(LevelLarge).Title != "分管负责人" {
		t.Errorf("%+v", s)
	}
	if p.Office.Zone != "Asia/Shanghai" || p.Office.Region != "530602" || p.Calls.AnswerSeconds != 10 || p.Calls.AnswerRate != .95 || p.Risk.People != 8 || p.Risk.Trapped != 3 || p.Supplement.Days != 20 || p.Routine.DaysMax != 7 {
		t.Errorf("%+v %+v", p.Office, p.Calls)
	}
}

func TestEmptyPolicyIsTheDefault(t *testing.T) {
	t.Parallel()
	base := shipped(t)
	for _, data := range []string{"", "{}", `{"rules": {}}`, string(defaultPolicy)} {
		p, err := ParsePolicy([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(p.Rules, base.Rules, sameRule) {
			t.Errorf("%.20q changes the rules", data)
		}
	}
}

func sameRule(a, b timeline.Rule) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func TestPolicyRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ data, field, word string }{
		{`[]`, "policy", "{ }"},
		{`null`, "policy", "{ }"},
		{`{`, "policy", "JSON"},
		{`{"office": }`, "policy", "JSON"},
		{`{} {}`, "policy", "多余"},
		{`{} x`, "policy", "多余"},
		{`{"rulez": {}}`, "rulez", "rulez"},
		{`{"Rules": {}}`, "Rules", "Rules"},
		{`{"lights": {}, "lights": {}}`, "lights", "两次"},
		{`{"office": {"nam": "x"}}`, "office.nam", "nam"},
		{`{"office": {"name": ""}}`, "office.name", "非空"},
		{`{"office": {"name": null}}`, "office.name", "非空"},
		{`{"office": {"zone": "Asia/Nowhere"}}`, "office.zone", "时区"},
		{`{"office": {"zone": "Local"}}`, "office.zone", "时区"},
		{`{"office": {"region": "云泽"}}`, "office.region", "行政区划"},
		{`{"lights": {"yellow": 0.8}}`, "lights.red", "黄灯"},
		{`{"lights": {"yellow": 0.75}}`, "lights.red", "黄灯"},
		{`{"lights": {"yellow": 0}}`, "lights.yellow", "0 与 1"},
		{`{"lights": {"red": 1}}`, "lights.red", "0 与 1"},
		{`{"lights": {"red": "0.7"}}`, "lights.red", "0 与 1"},
		{`{"alerts": {"every": "0m"}}`, "alerts.every", "时长"},
		{`{"alerts": {"every": 30}}`, "alerts.every", "文字"},
		{`{"alerts": {"marks": {}}}`, "alerts.marks", "列表"},
		{`{"alerts": {"marks": null}}`, "alerts.marks", "列表"},
		{`{"alerts": {"marks": [{"name": "due", "text": "x", "fraction": 0.5}]}}`, "alerts.marks[0].name", "due"},
		{`{"alerts": {"marks": [{"name": "a", "fraction": 0.5}]}}`, "alerts.marks[0].text", "名称"},
		{`{"alerts": {"marks": [{"name": "a", "text": "x"}]}}`, "alerts.marks[0]", "只有一个"},
		{`{"alerts": {"marks": [{"name": "a", "text": "x", "fraction": 0.5, "before": "5m"}]}}`, "alerts.marks[0]", "只有一个"},
		{`{"alerts": {"marks": [{"name": "a", "text": "x", "fraction": 0.5}, {"name": "a", "text": "y", "before": "5m"}]}}`, "alerts.marks[1].name", "两次"},
		{`{"rules": {"release": {"span": "5"}}}`, "rules.release.span", "时限"},
		{`{"rules": {"release": {"span": "0h"}}}`, "rules.release.span", "时限"},
		{`{"rules": {"release": {"span": "-5h"}}}`, "rules.release.span", "时限"},
		{`{"rules": {"release": {"spam": "5h"}}}`, "rules.release.spam", "spam"},
		{`{"rules": {"release": {"levels": ["特大"]}}}`, "rules.release.levels", "特大"},
		{`{"rules": {"release": {"anchors": []}}}`, "rules.release.anchors", "至少"},
		{`{"rules": {"release": {"anchors": ["now"]}}}`, "rules.release.anchors", "now"},
		{`{"rules": {"release": {"anchors": ["learned", "learned"]}}}`, "rules.release.anchors", "两次"},
		{`{"rules": {"release": {"met_by": ["tweet"]}}}`, "rules.release.met_by", "tweet"},
		{`{"rules": {"release": {"to": "people"}}}`, "rules.release.to", "people"},
		{`{"rules": {"release": {"repeat": 1}}}`, "rules.release.repeat", "true"},
		{`{"rules": {"release": {"replaces": ["release"]}}}`, "rules.release.replaces", "release"},
		{`{"rules": {"release": {"replaces": ["respons"]}}}`, "rules.release.replaces", "respons"},
		{`{"rules": {"release": {"lights": {"yellow": 0.9}}}}`, "rules.release.lights.red", "黄灯"},
		{`{"rules": {"Release": {}}}`, "rules.Release", "小写"},
		{`{"rules": {"new": {}}}`, "rules.new.name", "名称"},
		{`{"rules": {"new": {"name": "新规则"}}}`, "rules.new.document", "文件"},
		{`{"rules": {"new": {"name": "新规则", "document": "x", "to": "ticket", "anchors": ["received"], "met_by": ["answer"]}}}`, "rules.new.span", "时限"},
		{`{"levels": {"accident": {"grades": {"重大": [{}]}}}}`, "levels.accident.grades.重大[0]", "数字"},
		{`{"levels": {"accident": {"grades": {"重大": [{"deaths": 0}]}}}}`, "levels.accident.grades.重大[0].deaths", "整数"},
		{`{"levels": {"accident": {"grades": {"重大": [{"dead": 1}]}}}}`, "levels.accident.grades.重大[0].dead", "dead"},
		{`{"levels": {"accident": {"grades": {"未定级": [{"deaths": 1}]}}}}`, "levels.accident.grades.未定级", "未定级"},
		{`{"levels": {"mine": {}}}`, "levels.mine.document", "文件"},
		{`{"levels": {"mine": {"document": "x"}}}`, "levels.mine.grades", "标准"},
		{`{"signing": {"超大": {}}}`, "signing.超大", "超大"},
		{`{"risk": {"people": 1.5}}`, "risk.people", "整数"},
		{`{"calls": {"answer_rate": 95}}`, "calls.answer_rate", "0 与 1"},
		{`{"routine_briefing": {"days_min": 6}}`, "routine_briefing.days_max", "days_min"},
		{`{"calendar": [{"document": "x"}]}`, "calendar[0].year", "年份"},
		{`{"calendar": [{"year": 2027}]}`, "calendar[0].document", "文号"},
		{`{"calendar": [{"year": 2027, "document": "x", "holidays": [{"name": "元旦", "from": "1月1日", "to": "2027-01-01"}]}]}`, "calendar", "核对"},
		{strings.Repeat(" ", maxPolicy) + `{}`, "policy", "1 MiB"},
	} {
		_, err := ParsePolicy([]byte(c.data))
		var e *Error
		if !errors.As(err, &e) || e.Code != CodeInvalid {
			t.Errorf("%.80s: %v", c.data, err)
			continue
		}
		if e.Field != c.field || !strings.Contains(e.Message(), c.word) {
			t.Errorf("%.80s: %s: %s, want %s with %s", c.data, e.Field, e.Message(), c.field, c.word)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add(string(defaultPolicy))
	f.Add(`{"rules": {"release": {"span": "3h", "enabled": true}}}`)
	f.Add(`{"calendar": [{"year": 2027, "document": "x", "holidays": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-01"}]}]}`)
	f.Add(`{"levels": {"accident": {"grades": {"重大": []}}}}`)
	f.Add(`{"lights": {"yellow": 1e-300}}`)
	f.Add(`{"reading": {"words": ["清水湾"], "categories": [{"name": "物业管理", "parent": "城乡建设", "display": "物业", "words": ["物业费"]}, {"name": "停车", "parent": "城乡建设/物业管理"}]}}`)
	f.Fuzz(func(t *testing.T, data string) {
		p, err := ParsePolicy([]byte(data))
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Field == "" || e.Text == "" || (!strings.Contains(data, "%!") && strings.Contains(e.Message(), "%!")) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		start := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
		for _, r := range p.Rules {
			due, _ := timeline.Due(r, start, p.Calendar)
			if !due.After(start) || len(timeline.Stages(r, start, due)) == 0 || r.Document == "" {
				t.Fatalf("%q: %+v due %v", data, r, due)
			}
		}
	})
}
