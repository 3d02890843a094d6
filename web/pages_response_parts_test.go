package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func officeOf(t testing.TB) desk.Office {
	t.Helper()
	p, err := desk.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	return p.Office
}

// TestSkeleton: what is known stands in the text, what isn't is marked, and the check finds exactly the marks.
func TestSkeleton(t *testing.T) {
	t.Parallel()
	office := officeOf(t)
	began := officeStart.Add(-time.Hour)
	in := desk.Incident{Title: "云泽化工园区爆炸事故", Kind: "事故灾难", Place: "环园北路18号", Occurred: &began, Facts: desk.Facts{Deaths: ptr(12), Injured: ptr(37)}}
	title, body := skeleton(desk.ReleaseFirst, desk.Room{Incident: in}, office, officeStart)
	for _, want := range []string{"11月21日22时41分，环园北路18号", "12人死亡、37人受伤", "11月22日03时前再次发布", "云泽市人民政府新闻办公室\n2026年11月21日"} {
		if !strings.Contains(body, want) {
			t.Errorf("the skeleton lacks %q: %s", want, body)
		}
	}
	if title != "关于云泽化工园区爆炸事故的情况通报（一）" {
		t.Errorf("it is called %s", title)
	}
	for _, f := range desk.CheckDraft(desk.Draft{Kind: desk.ReleaseFirst, Matter: in.Kind, Title: title, Body: body, Place: in.Place, Figures: in.Facts}).Findings {
		if f.Kind != desk.FindBlank && f.Kind != desk.FindMissing {
			t.Errorf("the skeleton itself is at fault: %+v", f)
		}
	}
	if _, body := skeleton(desk.ReleaseFirst, desk.Room{}, office, officeStart); !strings.Contains(body, "【填：发生时间】") || !strings.Contains(body, "【填：地点】") || !strings.Contains(body, "【填：伤亡情况】") {
		t.Errorf("of nothing known: %s", body)
	}
	none := in
	none.Facts = desk.Facts{Deaths: ptr(0), Injured: ptr(0)}
	if _, body := skeleton(desk.ReleaseFirst, desk.Room{Incident: none}, office, officeStart); !strings.Contains(body, "暂未接到人员伤亡报告") {
		t.Errorf("of nobody hurt: %s", body)
	}
	for _, kind := range desk.ReleaseKinds {
		if title, body := skeleton(kind.Kind, desk.Room{Incident: in}, office, officeStart); title == "" || !strings.Contains(body, "【填：") {
			t.Errorf("%s: %s\n%s", kind.Name, title, body)
		}
	}
}

func TestChineseNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "一", 9: "九", 10: "十", 12: "十二", 20: "二十", 35: "三十五", 100: "100"} {
		if got := chineseNumber(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestOfficialLines(t *testing.T) {
	t.Parallel()
	lines := officialLines("甲乙丙。\n\n新闻办公室\n2026年11月21日", []Span{{Start: 1, End: 3, Mark: "bad"}})
	if len(lines) != 3 || lines[0].Sign || !lines[1].Sign || !lines[2].Sign {
		t.Fatalf("%+v", lines)
	}
	if want := []Phrase{{Text: "甲"}, {Text: "乙丙", Mark: "bad"}, {Text: "。"}}; !slices.Equal(lines[0].Words, want) {
		t.Errorf("%+v", lines[0].Words)
	}
	if lines := officialLines("有关情况将续报。\n2026年11月21日", nil); lines[0].Sign || !lines[1].Sign {
		t.Errorf("a sentence is taken for a signature: %+v", lines)
	}
}

func TestReadSpeakers(t *testing.T) {
	t.Parallel()
	got := readSpeakers(" 李建平 副市长 \r\n\n赵刚，应急局局长\n孙某")
	want := []desk.Speaker{{Name: "李建平", Title: "副市长"}, {Name: "赵刚", Title: "应急局局长"}, {Name: "孙某"}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func FuzzProofName(f *testing.F) {
	for _, s := range []string{`..\..\etc/passwd`, "截图.png", "a\r\nSet-Cookie: x.png", "", ".", "\u202egnp.exe"} {
		f.Add(s)
	}
	for _, x := range corpus.Texts(f, 5) {
		f.Add(x.Title + ".png")
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := proofName(name, "image/png")
		if !strings.HasSuffix(got, ".png") || strings.ContainsAny(got, "/\\\"\r\n\x00") || len([]rune(got)) > 90 || strings.HasPrefix(got, ".") {
			t.Errorf("%q became %q", name, got)
		}
	})
}

// TestCalendarPlaces: a booking stands at its half hours, and what lies outside of the day at its edge.
func TestCalendarPlaces(t *testing.T) {
	t.Parallel()
	office := officeOf(t)
	views := must(shanghai())
	r := teller{desk: &desk.Desk{Policy: desk.Policy{Office: office}}, views: views, lang: LangChinese, now: officeStart}
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, office.Location)
	}
	monday := mondayOf(officeStart, office.Location)
	if !monday.Equal(at(16, 0, 0)) {
		t.Fatalf("the week begins on %s", monday)
	}
	body := r.calendar(monday, office.Location, []desk.Briefing{
		{ID: 1, Starts: at(16, 10, 0), Ends: at(16, 11, 30), State: desk.BriefingScheduled}, {ID: 2, Starts: at(22, 5, 0), Ends: at(22, 6, 0), State: desk.BriefingCancelled},
		{ID: 3, Starts: at(18, 21, 40), Ends: at(19, 1, 0), State: desk.BriefingHeld}}, nil)
	for _, want := range []struct{ day, row, len int }{{0, 6, 3}, {6, 0, 1}, {2, 29, 1}} {
		e := body.Days[want.day].Entries
		if len(e) != 1 || e[0].Row != want.row || e[0].Len != want.len {
			t.Errorf("day %d: %+v", want.day, e)
		}
	}
	if body.Count != 2 || !body.Days[5].Today || body.Days[4].Today {
		t.Errorf("%d counted; today %v %v", body.Count, body.Days[5].Today, body.Days[4].Today)
	}
}

func TestShortRecord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{``: "", `null`: "", `"重大"`: "重大", `{"roles":["duty","press"],"region":"","disabled":false}`: "disabled false · roles duty press", `{"x":"13912344471"}`: "x 139****4471"} {
		if got := short([]byte(in)); got != want {
			t.Errorf("%s is told as %q, want %q", in, got, want)
		}
	}
}
