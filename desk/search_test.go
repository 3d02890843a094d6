package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest"
)

func readSearch(t *testing.T, o *desktest.Office, text string) desk.Search {
	t.Helper()
	s, errs := o.ReadSearch(text)
	if len(errs) > 0 {
		t.Fatalf("%q: %v", text, errs)
	}
	return s
}

func searching(t *testing.T) *desktest.Office {
	o := discovering(t)
	o.Directory.Regions = []desk.Region{{Code: "53", Name: "云南省"}, {Code: "5306", Name: "云泽市"}, {Code: "530602", Name: "河口区"}, {Code: "110105", Name: "朝阳区"}, {Code: "530699", Name: "朝阳区"}}
	o.Policy.Office.Region = "5306"
	return o
}

func TestSearchIsReadAsTyped(t *testing.T) {
	t.Parallel()
	o := searching(t)
	day := func(y int, m time.Month, d int) *time.Time {
		at := time.Date(y, m, d, 0, 0, 0, 0, o.Policy.Office.Location)
		return &at
	}
	for text, want := range map[string]desk.Search{
		"":            {},
		"  停水　 临水路 ":  {Words: []string{"停水", "临水路"}},
		`停水 "临水路 水管"`: {Words: []string{"停水"}, Phrases: []string{"临水路 水管"}},
		"“水管爆裂”“没人修":  {Phrases: []string{"水管爆裂", "没人修"}},
		"领域:交通运输 渠道：热线 类型:投诉":   {Category: "交通运输", Channel: "hotline", Kind: "投诉"},
		`责任单位:"市 城管局" 属地:河口 路灯`: {Department: "市 城管局", Region: "530602", Words: []string{"路灯"}},
		"属地:530602003":                        {Region: "530602003"},
		"属地:朝阳区":                              {Region: "530699"},
		"号码:13987654471":                      {Number: "13987654471"},
		"状态:待处理 紧急:紧急 相似:#38":                 {State: "new", Urgency: "紧急", Like: 38},
		"日期:今天":                               {From: day(2026, 11, 20), To: day(2026, 11, 21)},
		"日期:2026-11-01..11月3日":                {From: day(2026, 11, 1), To: day(2026, 11, 4)},
		"日期:..昨天":                             {To: day(2026, 11, 20)},
		"从:12-30 到:2026/2/1":                  {From: day(2025, 12, 30), To: day(2026, 2, 2)},
		"http://a.cn 12:30":                   {Words: []string{"http://a.cn", "12:30"}[:0:0]},
		"CHANNEL:media state:settled date:7天": {Channel: "media", State: "settled", From: day(2026, 11, 13), To: day(2026, 11, 14)},
	} {
		got := readSearch(t, o, text)
		if strings.HasPrefix(text, "http") {
			if !slices.Equal(got.Words, []string{"http://a.cn", "12:30"}) {
				t.Errorf("%q: %+v", text, got)
			}
			continue
		}
		same := func(a, b *time.Time) bool { return a == nil && b == nil || a != nil && b != nil && a.Equal(*b) }
		if !slices.Equal(got.Words, want.Words) || !slices.Equal(got.Phrases, want.Phrases) || !same(got.From, want.From) || !same(got.To, want.To) ||
			got.Channel != want.Channel || got.Kind != want.Kind || got.Category != want.Category || got.Urgency != want.Urgency || got.State != want.State ||
			got.Department != want.Department || got.Region != want.Region || got.Number != want.Number || got.Like != want.Like {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"渠道:电报", "类型:吵架", "日期:很久以前", "相似:甲", "属地:没有这个地方", "状态:x", "领域:x", "紧急:x"} {
		if _, errs := o.ReadSearch(text + " 停水"); len(errs) != 1 || errs[0].Code != desk.CodeInvalid || errs[0].Field == "" {
			t.Errorf("%q: %v", text, errs)
		}
	}
}

func FuzzReadSearch(f *testing.F) {
	for _, s := range []string{`领域:交通运输 "a b`, "日期:11-01..", "“”", "：:：", "属地:\x00", "7天 到:99999999天", "\"\"\"", "号码:：\"1"} {
		f.Add(s)
	}
	policy, err := desk.DefaultPolicy()
	if err != nil {
		f.Fatal(err)
	}
	d := &desk.Desk{Policy: policy, Now: func() time.Time { return desktest.Start }}
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := d.ReadSearch(text)
		if len(s.Words)+len(s.Phrases) > 8 {
			t.Fatalf("%d words", len(s.Words)+len(s.Phrases))
		}
		for _, w := range append(s.Words, s.Phrases...) {
			if w == "" || !utf8.ValidString(w) || strings.ContainsRune(w, 0) || utf8.RuneCountInString(w) > 64 {
				t.Fatalf("word %q of %q", w, text)
			}
		}
	})
}

func TestSearchFindsWhatTheActorMaySee(t *testing.T) {
	t.Parallel()
	o := searching(t)
	duty, operator := o.As(desk.RoleDuty), o.As(desk.RoleOperator)
	res := o.Push(
		desk.Incoming{ExternalID: "HX-1", Title: "临水路水管爆裂", Body: "请联系 13987654471，越快越好", Author: desk.Author{Phone: "13711112222"}},
		desk.Incoming{ExternalID: "HX-2", Title: "城南工地夜间施工", Body: "凌晨三点还在打桩，水管也挖断了"},
		desk.Incoming{ExternalID: "HX-3", Title: "临水路路灯不亮", Body: "水费和管理费都交了"},
		desk.Incoming{ExternalID: "HX-4", Title: "举报某单位", Body: "临水路水管的工程款", Sealed: true},
	)
	ids := map[int64]int{}
	for i, r := range res {
		ids[r.ID] = i + 1
	}
	in, err := o.RaiseIncident(t.Context(), duty, desk.Raise{Title: "临水路水管爆裂停水", Kind: desk.KindOpinion, Region: "530602"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.DraftRelease(t.Context(), duty, in.ID, desk.ReleaseFirst, "关于临水路停水的通报", "水管已经修好")
	if err != nil {
		t.Fatal(err)
	}
	find := func(who desk.Actor, text string) (numbers []int, f desk.Found) {
		t.Helper()
		f, err := o.Search(t.Context(), who, readSearch(t, o, text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, it := range f.Items {
			numbers = append(numbers, ids[it.ID])
		}
		slices.Sort(numbers)
		return numbers, f
	}
	for _, c := range []struct {
		who  desk.Actor
		text string
		want []int
	}{
		{duty, "水管", []int{1, 2, 4}}, {operator, "水管", []int{1, 2}}, {duty, "水管 临水路", []int{1, 4}}, {duty, `"水管"`, []int{1, 2, 4}}, {duty, `"水管 临水路"`, nil},
		{duty, "水管 渠道:来信", nil}, {duty, "水管 类型:投诉", []int{1, 2, 4}}, {duty, "HX-2", []int{2}}, {operator, "HX-2", []int{2}},
		{duty, "13987654471", []int{1}}, {operator, "13987654471", nil}, {operator, `"13987654471"`, nil}, {operator, "9876", nil}, {operator, "系1398", nil},
		{operator, `"13987"`, nil}, {duty, "号码:13711112222", []int{1}}, {duty, "号码:HX-3", []int{3}}, {operator, "号码:2222", nil}, {operator, "号码:HX-3", []int{3}},
		{duty, "水管 日期:今天", []int{1, 2, 4}}, {duty, "水管 日期:昨天", nil}, {operator, "三点", []int{2}},
	} {
		if got, f := find(c.who, c.text); !slices.Equal(got, c.want) || f.Count != len(c.want) {
			t.Errorf("%s %q: %v (%d), want %v", c.who.Roles[0], c.text, got, f.Count, c.want)
		}
	}
	if _, err := o.Search(t.Context(), operator, desk.Search{Number: "13711112222"}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("a number for an operator: %v", err)
	}
	_, f := find(duty, "水管")
	if len(f.Incidents) != 1 || f.Incidents[0].ID != in.ID || len(f.Releases) != 1 || f.Releases[0].ID != r.ID || len(f.Topics) == 0 {
		t.Errorf("incidents %v, releases %v, topics %v", f.Incidents, f.Releases, f.Topics)
	}
	for _, it := range f.Items {
		if strings.Contains(it.Body, "13987654471") {
			t.Errorf("not masked: %s", it.Body)
		}
	}
	if _, f := find(operator, "水管"); len(f.Incidents)+len(f.Releases) != 0 {
		t.Errorf("an operator finds %v %v", f.Incidents, f.Releases)
	}
	if _, f := find(duty, "水管 渠道:热线"); len(f.Incidents) != 0 {
		t.Errorf("incidents have no channel: %v", f.Incidents)
	}
	away := desk.Actor{Name: "外地", PersonID: 1, Roles: []desk.Role{desk.RoleDuty}, Region: "1101", Via: "session"}
	if got, f := find(away, "水管"); len(got)+len(f.Incidents)+len(f.Topics) != 0 {
		t.Errorf("from another region: %v", f)
	}
	if _, err := o.Search(t.Context(), o.As(desk.RoleAuditor), desk.Search{Words: []string{"水管"}}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an auditor: %v", err)
	}
}

func TestSearchForWhatResemblesAnItem(t *testing.T) {
	t.Parallel()
	o := searching(t)
	ids, _ := told(t, o, pipe, pipe2, "临水路路灯坏了", noise)
	f, err := o.Search(t.Context(), o.As(desk.RoleDuty), desk.Search{Like: ids[0]})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Items) < 2 || f.Items[0].ID != ids[1] || f.Scores[0] < 0.5 || slices.ContainsFunc(f.Items, func(it desk.Item) bool { return it.ID == ids[0] || it.ID == ids[3] }) {
		t.Errorf("%v %v", f.Items, f.Scores)
	}
	if _, err := o.Search(t.Context(), o.As(desk.RoleDuty), desk.Search{Like: 99999}); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("like nothing: %v", err)
	}
}

// What the segmenter cut in another way is found beyond the newest items too.
func TestSearchFindsByTokens(t *testing.T) {
	t.Parallel()
	o := searching(t)
	res := o.Push(desk.Incoming{ExternalID: "old", Title: "化工 园区 停水"})
	if _, err := o.PG.Pool().Exec(t.Context(), `SELECT setval(pg_get_serial_sequence('item', 'id'), 100000)`); err != nil {
		t.Fatal(err)
	}
	o.Push(desk.Incoming{ExternalID: "new", Title: "别的事"})
	for text, want := range map[string]int{"化工园区": 1, "停水": 1, "化工 停水": 1, "化工厂": 0, `"化工 园区"`: 1, `"园区 化工"`: 0} {
		f, err := o.Search(t.Context(), o.As(desk.RoleDuty), readSearch(t, o, text))
		if err != nil || len(f.Items) != want || want == 1 && f.Items[0].ID != res[0].ID {
			t.Errorf("%s: %v %v, want %d", text, f.Items, err, want)
		}
	}
}
