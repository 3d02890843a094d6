package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"huiying/classify"
	"huiying/desk"
)

// lesson is a text that the desk read one way and people another.
func lesson(n int, title, body string, base, right map[string]string, stand bool) Lesson {
	l := Lesson{Lesson: desk.Lesson{Ref: fmt.Sprint("来件 ", n), Item: int64(n), Fields: right, Stand: stand}, Doc: document(title, body)}
	l.Base = desk.Verdict{Kind: base[desk.FieldKind], Category: base[desk.FieldCategory], Confidence: map[string]float64{}}
	if d := base[desk.FieldDepartment]; d != "" {
		l.Base.Departments = []desk.ScoredName{{Name: d, Score: 0.5}, {Name: "信访局", Score: 0.2}}
	}
	for f := range base {
		l.Base.Confidence[f] = 0.6
	}
	return l
}

// duty is an office whose 数字城管中心 handles charging posts, which the rules send to
// 住建局; everything else stands as it was read.
func duty() []Lesson {
	base := map[string]string{desk.FieldKind: desk.KindComplaint, desk.FieldCategory: "城乡建设", desk.FieldDepartment: "住建局"}
	here := []string{"东门", "西苑", "南湖", "北塔", "青年里", "幸福里", "临江园", "桂花园", "石桥", "柳巷"}
	broken := []string{"电动车充电桩刷卡没有反应", "一排充电桩全黑屏", "扫码付款后充电桩不送电", "充电桩插头烧焦没人换", "新装的充电桩一直没通电", "夜里充电桩跳停,早上电动车没充满",
		"充电桩退款找不到人", "给电动车充电收费比外面贵", "充电桩前停满汽车,充不了", "雨棚破了,充电桩泡水"}
	var list []Lesson
	for i := range 60 {
		where := here[(i/3+i%3)%len(here)]
		switch {
		case i%3 == 0:
			list = append(list, lesson(i, fmt.Sprintf("%s%d栋充电桩坏了", where, i), broken[i/3%len(broken)], base,
				map[string]string{desk.FieldDepartment: "数字城管中心"}, false))
		default:
			list = append(list, lesson(i, fmt.Sprintf("%s%d栋楼顶漏水", where, i), fmt.Sprintf("下雨就漏,物业推诿,维修基金申请了%d次", i), base,
				map[string]string{desk.FieldKind: desk.KindComplaint, desk.FieldCategory: "城乡建设", desk.FieldDepartment: "住建局"}, true))
		}
	}
	return list
}

func TestLearnTakesWhatPeopleSet(t *testing.T) {
	t.Parallel()
	h, report, err := Learn(t.Context(), "learnt-test", duty(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Set != 20 || report.Stood != 40 || len(report.Fields) != 3 {
		t.Errorf("report %+v", report)
	}
	for _, f := range report.Fields {
		if f.Stood.After != f.Stood.Size {
			t.Errorf("%s: of what stood, %d of %d stay", f.Field, f.Stood.After, f.Stood.Size)
		}
		if f.Field == desk.FieldDepartment && (f.Set.Size != 20 || f.Set.Before != 0 || f.Set.After < 14 || f.ChangedCount != len(f.Changed) || f.ChangedCount < 14) {
			t.Errorf("department: %+v", f)
		}
	}
	fresh := lesson(99, "河滨路充电桩扫码没反应", "电动车充电桩刷卡没有反应,一排充电桩全黑屏", map[string]string{desk.FieldDepartment: "住建局", desk.FieldKind: desk.KindHelp}, nil, false)
	fresh.Base.Evidence = []desk.Evidence{{Field: desk.FieldDepartment, In: "title", Text: "河滨", Start: 0, End: 6}}
	v := fresh.Base.Copy()
	h.Adjust(&fresh.Doc, &v)
	if v.Department() != "数字城管中心" || v.Kind != desk.KindHelp || v.Confidence[desk.FieldDepartment] < 0.4 || v.Departments[0].Score < v.Departments[1].Score {
		t.Errorf("%+v", v)
	}
	told := 0
	for _, e := range v.Evidence {
		source := fresh.Doc.Body
		if e.In == "title" {
			source = fresh.Doc.Title
		}
		if e.Field == desk.FieldDepartment && source[e.Start:e.End] == e.Text && e.Text != "河滨" {
			told++
		}
	}
	if told == 0 {
		t.Errorf("nothing explains it: %+v", v.Evidence)
	}
	if fresh.Base.Department() != "住建局" {
		t.Error("the verdict before was changed with it")
	}
	other := lesson(98, "楼顶漏水", "下雨就漏", map[string]string{desk.FieldDepartment: "住建局"}, nil, false)
	if v := other.Base.Copy(); true {
		h.Adjust(&other.Doc, &v)
		if v.Department() != "住建局" {
			t.Errorf("what nobody corrected changed: %+v", v.Departments)
		}
	}
}

func TestLearnIsRepeatable(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 3 {
		h, _, err := Learn(t.Context(), "learnt-test", duty(), nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := h.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) || len(data) > MaxFile {
			t.Fatalf("two learnings from the same lessons differ, or %d bytes are too many", len(data))
		}
		back, err := ReadHeads(data)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(back.rows, h.rows) || !slices.Equal(back.used, h.used) || back.Name() != "learnt-test" {
			t.Error("heads read back differ")
		}
	}
}

func TestLearnComparesWithWhatIsInUse(t *testing.T) {
	t.Parallel()
	h, _, err := Learn(t.Context(), "a", duty(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, report, err := Learn(t.Context(), "b", duty(), h)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(report.Fields, func(f desk.FieldReport) bool { return f.Field == desk.FieldDepartment })
	if f := report.Fields[i]; f.Set.Before != f.Set.Size {
		t.Errorf("the heads in use weren't asked: %+v", f.Set)
	}
}

func TestLearnRefuses(t *testing.T) {
	t.Parallel()
	few := duty()[:12]
	if _, _, err := Learn(t.Context(), "x", few, nil); !errors.Is(err, ErrTooFew) {
		t.Errorf("four corrections taught something: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Learn(ctx, "x", duty(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("learning went on: %v", err)
	}
}

func TestReadHeadsRefuses(t *testing.T) {
	t.Parallel()
	h, _, err := Learn(t.Context(), "x", duty(), nil)
	if err != nil {
		t.Fatal(err)
	}
	good, err := h.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var model bytes.Buffer
	if err := train(t).Write(&model); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"nothing": nil, "no gzip": []byte("heads"), "half": good[:len(good)/2], "another kind of file": model.Bytes()} {
		if _, err := ReadHeads(data); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzReadHeads(f *testing.F) {
	h, _, err := Learn(f.Context(), "x", duty(), nil)
	if err != nil {
		f.Fatal(err)
	}
	good, err := h.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ReadHeads(data)
		if err != nil {
			return
		}
		doc := document("充电桩坏了", "电动车充不上电")
		v := desk.Verdict{Confidence: map[string]float64{}}
		h.Adjust(&doc, &v)
	})
}

func TestAlike(t *testing.T) {
	t.Parallel()
	long := "云泽市清水区东门街道桂花园小区三栋电梯连续四天停运,老人上下楼十分困难,物业一直没有答复"
	group := alike([]string{long, "咨询灵活就业人员参保需要哪些材料,在哪里办理", "!!" + long + "。请尽快", "", "!"})
	if group[0] != group[2] || group[0] == group[1] || group[3] == group[4] {
		t.Errorf("%v", group)
	}
}

func TestLiveExchanges(t *testing.T) {
	t.Parallel()
	h, _, err := Learn(t.Context(), "learnt-1", duty(), nil)
	if err != nil {
		t.Fatal(err)
	}
	live := NewLive(train(t))
	doc := document("充电桩扫码没反应", "电动车充电桩刷卡没有反应,一排充电桩全黑屏")
	ask := func() desk.Verdict {
		v := desk.Verdict{Departments: []desk.ScoredName{{Name: "住建局", Score: 0.4}}, Confidence: map[string]float64{"department": 0.4}, Model: live.Name()}
		live.Adjust(&doc, &v)
		return v
	}
	if v := ask(); v.Department() != "住建局" || v.Model != live.Name() {
		t.Errorf("before: %+v", v)
	}
	live.Use(h)
	if v := ask(); v.Department() != "数字城管中心" || v.Model != live.Name()+"+learnt-1" {
		t.Errorf("after: %+v", v)
	}
	live.Use(nil)
	if v := ask(); v.Department() != "住建局" {
		t.Errorf("gone back: %+v", v)
	}
	var _ classify.Model = live
}
