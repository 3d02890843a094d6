package timeline

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Span{
		"5h":         Hours(5),
		"5小时":        Hours(5),
		"5个小时":       Hours(5),
		"24时":        Hours(24),
		"15m":        {Clock: 15 * time.Minute},
		"35分钟":       {Clock: 35 * time.Minute},
		"1h30m":      {Clock: 90 * time.Minute},
		"1小时30分":     {Clock: 90 * time.Minute},
		"90m":        {Clock: 90 * time.Minute},
		"2天":         Hours(48),
		"2d12h":      Hours(60),
		" 48h ":      Hours(48),
		"366d":       Hours(366 * 24),
		"3wd":        WorkDays(3),
		"3个工作日":      WorkDays(3),
		"10 工作日":     WorkDays(10),
		"366wd":      WorkDays(366),
		"3wd+":       {Days: 3, ReceiptDay: true},
		"3个工作日（含当日）": {Days: 3, ReceiptDay: true},
		"0h30m":      {Clock: 30 * time.Minute},
		"000005h":    Hours(5),
		"1d0h1m":     {Clock: 24*time.Hour + time.Minute},
		"1天2小时3分":    {Clock: 26*time.Hour + 3*time.Minute},
		"15wd":       WorkDays(15),
		"7个工作日":      WorkDays(7),
		"1wd":        WorkDays(1),
		"1个工作日（含当日）": {Days: 1, ReceiptDay: true},
		"8784h":      Hours(8784),
		"527040m":    Hours(8784),
		"365d23h60m": Hours(8784),
		"365d24h":    Hours(8784),
		"12小时":       Hours(12),
		"6h":         Hours(6),
		"2h":         Hours(2),
	} {
		if got, err := ParseSpan(text); err != nil || got != want {
			t.Errorf("%q = %+v %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "5", "h", "0h", "-5h", "+5h", "5.5h", "5h ago", "30m5h", "5h5h", "5s", "1h30", "0wd", "-1wd", "367wd", "367d", "8785h",
		"9999999h", "99999999999999999999h", "wd", "三个工作日", "1e3h", "5H", "3wd3h", "３h", "个工作日", "527041m",
	} {
		if got, err := ParseSpan(text); err == nil {
			t.Errorf("%q = %+v, want an error", text, got)
		}
	}
}

func TestSpanText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		span        Span
		zh, english string
	}{
		{Hours(5), "5小时", "5 h"},
		{Hours(48), "48小时", "48 h"},
		{Span{Clock: 15 * time.Minute}, "15分钟", "15 min"},
		{Span{Clock: 90 * time.Minute}, "1小时30分钟", "1 h 30 min"},
		{WorkDays(1), "1个工作日", "1 working day"},
		{WorkDays(3), "3个工作日", "3 working days"},
		{Span{Days: 3, ReceiptDay: true}, "3个工作日（含当日）", "3 working days"},
		{Span{}, "", ""},
	} {
		if c.span.String() != c.zh || c.span.English() != c.english {
			t.Errorf("%+v: %q %q, want %q %q", c.span, c.span.String(), c.span.English(), c.zh, c.english)
		}
	}
}

func TestSpanTextReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := Span{Clock: time.Duration(rapid.Int64Range(1, int64(MaxClock/time.Minute)).Draw(t, "minutes")) * time.Minute}
		if rapid.Bool().Draw(t, "workdays") {
			span = Span{Days: rapid.IntRange(1, MaxDays).Draw(t, "days"), ReceiptDay: rapid.Bool().Draw(t, "receiptDay")}
		}
		if back, err := ParseSpan(span.String()); err != nil || back != span {
			t.Fatalf("%q reads back as %+v %v", span.String(), back, err)
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"5h", "1小时30分", "3个工作日", "3wd+", "2d", "0h", "99999999999999999999wd", "5分钟钟", "\xff5h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		span, err := ParseSpan(text)
		if err != nil {
			if !span.IsZero() {
				t.Fatalf("%q: %+v beside an error", text, span)
			}
			return
		}
		if (span.Clock > 0) == (span.Days > 0) || span.Clock < 0 || span.Clock > MaxClock || span.Days > MaxDays || span.Clock%time.Minute != 0 {
			t.Fatalf("%q: %+v", text, span)
		}
		if back, err := ParseSpan(span.String()); err != nil || back != span {
			t.Fatalf("%q → %q reads back as %+v %v", text, span.String(), back, err)
		}
	})
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"1h30m", "1小时30分", "2d", "30m1h", "0m", "1h1h", "９m", "99999999999999999999d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseClock(text)
		if err != nil {
			if d != 0 {
				t.Errorf("%q: %v beside an error", text, d)
			}
			return
		}
		if d < time.Minute || d > MaxClock || d%time.Minute != 0 {
			t.Errorf("%q: %v", text, d)
		}
	})
}
