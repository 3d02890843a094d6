package drill

import (
	"errors"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

const small = `
scenario: 1
title: 小演练
starts: "20:00"
length: 1h
incoming:
  - {at: 10m, post: 听说停水了, outlet: 网友“甲”, title: 停水}
  - {at: 5m, call: 停水了, name: 王女士, phone: "13900000001", place: 锦绣家园}
  - at: 7m
    letter: |
      市长您好：
      停水了。
    from: 李工
    subject: 停水
`

func TestParse(t *testing.T) {
	t.Parallel()
	s, err := Parse([]byte("\uFEFF" + small))
	if err != nil {
		t.Fatal(err)
	}
	if s.Calls() != 1 || s.Letters() != 1 || s.Posts() != 1 || time.Duration(s.Starts) != 20*time.Hour || time.Duration(s.Length) != time.Hour {
		t.Errorf("read as %+v", s)
	}
	var ids []string
	for _, in := range s.Incoming {
		ids = append(ids, in.ID())
	}
	if got := strings.Join(ids, " "); got != "drill-0002 drill-0003 drill-0001" {
		t.Errorf("in the order of time, named by their place in the file: %s", got)
	}
	if len(s.People) != len(desk.RoleNames) {
		t.Errorf("without a cast of its own a scenario has one person of each role, not %d", len(s.People))
	}
	if of := s.For("small"); of.Key != "small" || of.Items != 3 || of.Starts != 20*time.Hour || len(of.Cast) != len(s.People) || of.Cast[5].Role != desk.RoleDuty {
		t.Errorf("what people choose from: %+v", of)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	with := func(old, new string) string {
		if !strings.Contains(small, old) {
			t.Fatalf("%q isn't there to replace", old)
		}
		return strings.Replace(small, old, new, 1)
	}
	for name, c := range map[string]struct{ file, field, says string }{
		"not YAML":             {"title: [", "第 1 行", "无法读取"},
		"a key nobody knows":   {with("title: 小演练", "titel: 小演练"), "第 3 行", "titel"},
		"a key twice":          {with("title: 小演练", "title: 小演练\ntitle: 大演练"), "第 4 行", "title"},
		"another format":       {with("scenario: 1", "scenario: 2"), "scenario", "scenario: 1"},
		"no title":             {with("title: 小演练", "title: ' '"), "title", "标题"},
		"no length":            {with("length: 1h", "length: 0s"), "length", "时长"},
		"a length that is not": {with("length: 1h", "length: 一小时"), "第 5 行", "1h05m30s"},
		"an hour that is not":  {with(`starts: "20:00"`, "starts: 晚上八点"), "第 4 行", "20:13"},
		"after the end":        {with("at: 10m", "at: 2h"), "incoming[1].at", "1h0m0s"},
		"two texts":            {with("call: 停水了", "call: 停水了, post: 停水"), "incoming[2]", "只写一种"},
		"no text":              {with("call: 停水了, ", ""), "incoming[2]", "只写一种"},
		"a letter by phone":    {with("from: 李工", "from: 李工\n    phone: \"139\""), "incoming[3]", "只用于来电"},
		"a letter of nobody":   {with("    from: 李工\n", ""), "incoming[3]", "from"},
		"a post of nobody":     {with("outlet: 网友“甲”, ", ""), "incoming[1]", "outlet"},
		"a role that isn't":    {small + "people:\n  - {login: a, name: 甲, role: chief}\n", "people[1].role", "chief"},
		"a login twice":        {small + "people:\n  - {login: a, name: 甲, role: duty}\n  - {login: a, name: 乙, role: press}\n", "people[2].login", "重复"},
		"a step of nobody":     {small + "guide:\n  - {for: all, at: 1m, happened: 甲, do: 乙}\n", "guide[1].for", "all"},
		"a step that is empty": {small + "guide:\n  - {for: duty, at: 1m, happened: 甲}\n", "guide[1]", "happened"},
		"a step elsewhere":     {small + "guide:\n  - {for: duty, at: 1m, happened: 甲, do: 乙, href: //evil.example}\n", "guide[1].href", "/"},
		"a deed that isn't":    {small + "guide:\n  - {for: duty, at: 1m, happened: 甲, do: 乙, done: coffee}\n", "guide[1].done", "incident.raised"},
		"an anchor":            {with("title: 小演练", "title: &a 小演练\nabout: *a"), "", "锚点"},
		"not UTF-8":            {with("小演练", "\xc4\xe3"), "", "UTF-8"},
		"too large":            {small + "#" + strings.Repeat("x", MaxBytes), "", "8 MiB"},
		"nothing comes in":     {small[:strings.Index(small, "incoming")], "incoming", "没有来件"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(c.file))
			var e *desk.Error
			if !errors.As(err, &e) || e.Code != desk.CodeInvalid {
				t.Fatalf("not refused as input: %v", err)
			}
			if e.Field != c.field || !strings.Contains(e.Message(), c.says) {
				t.Errorf("refused as %q: %s; want %q: …%s…", e.Field, e.Message(), c.field, c.says)
			}
		})
	}
}

func TestShipped(t *testing.T) {
	t.Parallel()
	library, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	night, ok := library["chemical-park"]
	if !ok {
		t.Fatal("the night at the chemical park isn't among them")
	}
	if n := len(night.Incoming); n < 240 || night.Calls() < 100 || night.Letters() < 30 || night.Posts() < 50 || time.Duration(night.Length) != 6*time.Hour {
		t.Errorf("%d items, %d calls, %d letters, %d posts in %v", n, night.Calls(), night.Letters(), night.Posts(), time.Duration(night.Length))
	}
	guided := map[string]int{}
	for _, g := range night.Guide {
		guided[g.For]++
		if g.HappenedEN == "" || g.DoEN == "" {
			t.Errorf("the guide at %v has no English", time.Duration(g.At))
		}
	}
	for _, role := range []desk.Role{desk.RoleOperator, desk.RoleDuty, desk.RolePress} {
		if guided[string(role)] < 3 {
			t.Errorf("%s is guided by %d steps", role, guided[string(role)])
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("scenario: 1\ntitle: [a, {b: c}]\nincoming: [&a {at: 1m}, *a]"))
	f.Add([]byte("? |\n  key\n: - - - x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		var e *desk.Error
		if err != nil {
			if !errors.As(err, &e) || e.Message() == "" {
				t.Fatalf("refused without a word for people: %v", err)
			}
			return
		}
		for i, in := range s.Incoming {
			if in.At < 0 || in.At > s.Length || i > 0 && in.At < s.Incoming[i-1].At {
				t.Fatalf("item %d of %d is out of time", i, len(s.Incoming))
			}
		}
	})
}
