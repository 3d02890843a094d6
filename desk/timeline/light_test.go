package timeline

import (
	"testing"
	"time"
)

func TestLightAt(t *testing.T) {
	t.Parallel()
	lights := Lights{Yellow: .5, Red: .75}
	for at, want := range map[string]Light{
		"-1s": Green, "0s": Green, "2h29m59s": Green, "2h30m": Yellow, "3h44m59s": Yellow, "3h45m": Red, "4h59m59s": Red,
		"5h": Red, "5h0m0.000001s": Overdue, "5h1s": Overdue, "9h": Overdue,
	} {
		if got := lights.At(t0, after("5h"), after(at)); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	yellow, red := lights.Changes(t0, after("5h"))
	if !yellow.Equal(after("2h30m")) || !red.Equal(after("3h45m")) {
		t.Errorf("changes at %v and %v", yellow, red)
	}
}

func TestLightWords(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		light       Light
		shape, word string
	}{{Green, "●", "正常"}, {Yellow, "▲", "临近"}, {Red, "■", "紧急"}, {Overdue, "◆", "超时"}} {
		if c.light.Shape() != c.shape || c.light.Word() != c.word || c.light.Rank() != i {
			t.Errorf("%s: %s %s %d", c.light, c.light.Shape(), c.light.Word(), c.light.Rank())
		}
	}
}

func TestSettled(t *testing.T) {
	t.Parallel()
	due := after("5h")
	for at, want := range map[string]Light{"4h": Green, "5h": Green, "5h1s": Overdue} {
		if got := Settled(due, after(at)); got != want {
			t.Errorf("met at %s: %s, want %s", at, got, want)
		}
	}
}

func TestMatterLight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		matter Matter
		clocks []Light
		want   Light
	}{
		"nothing runs":                  {Matter{Level: "一般"}, nil, Green},
		"worst of its clocks":           {Matter{Level: "重大"}, []Light{Green, Red, Yellow}, Red},
		"ungraded emergency":            {Matter{Emergency: true}, nil, Red},
		"ungraded emergency, green":     {Matter{Emergency: true}, []Light{Green}, Red},
		"ungraded emergency, overdue":   {Matter{Emergency: true}, []Light{Overdue}, Overdue},
		"ungraded opinion":              {Matter{}, []Light{Yellow}, Yellow},
		"an emergency graded as 一般 too": {Matter{Emergency: true, Level: "一般"}, []Light{Green}, Green},
	} {
		if got := MatterLight(c.matter, c.clocks...); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestLeftText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left        time.Duration
		zh, english string
	}{
		{92 * time.Minute, "还剩 1小时32分", "1 h 32 min left"},
		{92*time.Minute + 59*time.Second, "还剩 1小时32分", "1 h 32 min left"},
		{-(12*time.Minute + 40*time.Second), "超时 12分40秒", "12 min 40 s overdue"},
		{5 * time.Hour, "还剩 5小时0分", "5 h 0 min left"},
		{time.Hour, "还剩 1小时0分", "1 h 0 min left"},
		{time.Hour - time.Second, "还剩 59分59秒", "59 min 59 s left"},
		{time.Minute, "还剩 1分0秒", "1 min 0 s left"},
		{59*time.Second + 999*time.Millisecond, "还剩 59秒", "59 s left"},
		{0, "还剩 0秒", "0 s left"},
		{-time.Second, "超时 1秒", "1 s overdue"},
		{-time.Nanosecond, "超时 0秒", "0 s overdue"},
		{48 * time.Hour, "还剩 48小时0分", "48 h 0 min left"},
		{72*time.Hour - time.Second, "还剩 71小时59分", "71 h 59 min left"},
		{72 * time.Hour, "还剩 3天0小时", "3 d 0 h left"},
		{-(10*24 + 5) * time.Hour, "超时 10天5小时", "10 d 5 h overdue"},
	} {
		if got := LeftText(c.left); got != c.zh {
			t.Errorf("%v: %q, want %q", c.left, got, c.zh)
		}
		if got := LeftEnglish(c.left); got != c.english {
			t.Errorf("%v: %q, want %q", c.left, got, c.english)
		}
	}
	if got := LeftText(Left(after("5h"), after("3h28m"))); got != "还剩 1小时32分" {
		t.Error(got)
	}
	if LengthText(-90*time.Second) != "1分30秒" || LengthEnglish(90*time.Second) != "1 min 30 s" {
		t.Error(LengthText(-90*time.Second), LengthEnglish(90*time.Second))
	}
}
