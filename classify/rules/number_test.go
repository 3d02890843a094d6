package rules

import (
	"fmt"
	"testing"

	"huiying/desk/desktest/corpus"
	"pgregory.net/rapid"
)

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		value float64
		rest  string
		least bool
	}{
		{"12人", 12, "人", false}, {"1,234人", 1234, "人", false}, {"3.5万元", 35000, "元", false}, {"3000余名", 3000, "名", true},
		{"二十四人", 24, "人", false}, {"十人", 10, "人", false}, {"十一人", 11, "人", false}, {"一百零三人", 103, "人", false}, {"两千五百人", 2500, "人", false},
		{"两千五", 2500, "", false}, {"二〇一四年", 2014, "年", false}, {"一千二百余万元", 12_000_000, "元", true}, {"百余人", 100, "人", true}, {"三十多名", 30, "名", true},
		{"三四个人", 3, "个人", true}, {"五六十名", 50, "名", true}, {"七八百人", 700, "人", true}, {"两三人", 2, "人", true}, {"三五人", 3, "人", true},
		{"二三十万元", 200_000, "元", true}, {"一百二三十人", 120, "人", true}, {"十七八人", 17, "人", true}, {"二十七八人", 27, "人", true},
		{"十几人", 10, "人", true}, {"二十几万元", 200_000, "元", true}, {"一百几十人", 100, "人", true}, {"10几人", 10, "人", true},
		{"三十四人", 34, "人", false}, {"一二三四五", 12345, "", false}, {"一九八七年", 1987, "年", false}, {"三二人", 32, "人", false},
		{"1亿元", 1e8, "元", false}, {"一亿二千万元", 120_000_000, "元", false}, {"三亿零五百万元", 305_000_000, "元", false}, {"十二亿三千万元", 1_230_000_000, "元", false}, {"一万亿元", 1e12, "元", false},
		{"1亿2000万元", 120_000_000, "元", false}, {"1亿零500万元", 105_000_000, "元", false}, {"3万5000元", 35_000, "元", false}, {"3万8元", 38_000, "元", false}, {"2万5千元", 25_000, "元", false}, {"1亿2000余万元", 120_000_000, "元", true},
		{"二十好几人", 20, "人", true}, {"二亿五千三百万", 253_000_000, "", false}, {"一万零五十人", 10050, "人", false}, {"4.0级", 4, "级", false}, {"一人", 1, "人", false},
	} {
		n, ok := readNumber(c.text, 0)
		if !ok || n.vague || n.value != c.value || c.text[n.end:] != c.rest || n.least != c.least {
			t.Errorf("%s: %+v %v", c.text, n, ok)
		}
	}
	for _, text := range []string{"人", "", "元", "多人", "余"} {
		if n, ok := readNumber(text, 0); ok && !n.vague {
			t.Errorf("%q was read as %v", text, n.value)
		}
	}
	for text, want := range map[string]float64{"数十人": 10, "几百名": 100, "好几千人": 1000, "几人": 0} {
		if n, ok := readNumber(text, 0); !ok || !n.vague || n.value != want {
			t.Errorf("%s is vague, %v at least: %+v", text, want, n)
		}
	}
}

func TestRangesTakeTheirLowerEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"3至5人": 3, "200到300名": 200, "3-5人": 3, "十至二十人": 10, "三、四人": 3, "3、4人": 3, "200、300人": 0, // ranges
		"由3到5人": 0, "5至3人": 0, "1、2人": 0, "3至500人": 0, // none: a change, downwards, a list, too wide
	} {
		at := 0
		if text[0] > 0x80 && !isDigit(next(text, 0)) && unit(next(text, 0)) == 0 {
			at = 3
		}
		n, ok := people(text, at)
		if got, _ := n.whole(); ok != (want > 0) || ok && (got != want || !n.least) {
			t.Errorf("%s: %+v %v", text, n, ok)
		}
	}
}

// write spells a figure as people do.
func write(n int) string {
	digits := []rune("零一二三四五六七八九")
	var s []rune
	zero := false
	for _, u := range []struct {
		size int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / u.size % 10
		if d == 0 {
			zero = len(s) > 0
			continue
		}
		if zero {
			s = append(s, '零')
			zero = false
		}
		if !(u.size == 10 && d == 1 && len(s) == 0) {
			s = append(s, digits[d])
		}
		s = append(s, []rune(u.name)...)
	}
	return string(s)
}

func TestNumbersAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.IntRange(1, 9999).Draw(t, "n")
		for _, text := range []string{fmt.Sprint(want), write(want)} {
			n, ok := readNumber(text+"人", 0)
			if got, whole := n.whole(); !ok || !whole || got != want || n.end != len(text) {
				t.Fatalf("%s: %+v", text, n)
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"12人", "一百零三", "百万千十", "0.0.0", "9999999999999999999亿亿亿", "数十"} {
		f.Add(s)
	}
	for _, x := range corpus.Texts(f, 20) {
		f.Add(x.Body)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i := range text {
			if n, ok := readNumber(text, i); ok && (n.end <= i || n.end > len(text) || n.start != i) {
				t.Fatalf("%q at %d: %+v", text, i, n)
			}
		}
	})
}
