package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// searchFields are the fields of the typed syntax: the names that a person may write before a colon.
var searchFields = map[string]string{
	"渠道": "channel", "类型": "kind", "诉求类型": "kind", "领域": "category", "紧急": "urgency", "紧急程度": "urgency", "状态": "state",
	"责任单位": "department", "单位": "department", "属地": "region", "地区": "region", "号码": "number", "电话": "number", "编号": "number",
	"从": "from", "起": "from", "到": "to", "止": "to", "日期": "date", "时间": "date", "相似": "like", "类似": "like",
	"channel": "channel", "kind": "kind", "category": "category", "urgency": "urgency", "state": "state", "department": "department",
	"region": "region", "number": "number", "phone": "number", "from": "from", "to": "to", "date": "date", "like": "like",
}

const (
	// maxSearchWords and maxSearchRunes bound a search: beyond that it doesn't help.
	maxSearchWords = 8
	maxSearchRunes = 64
)

// ReadSearch reads what somebody typed: words, "phrases", and fields such as 领域:交通运输
// or 日期:11-01..11-20. What isn't a field is words. Errors say what can't be
// understood, one for each field; the rest of the search holds.
func (d *Desk) ReadSearch(text string) (s Search, errs []*Error) {
	for _, tok := range searchTokens(text) {
		field, known := searchFields[strings.ToLower(tok.field)]
		if tok.field == "" || !known {
			word := cutRunes(tok.text, maxSearchRunes)
			if tok.field != "" {
				word = cutRunes(tok.field+":"+tok.text, maxSearchRunes)
			}
			switch {
			case word == "" || len(s.Words)+len(s.Phrases) == maxSearchWords:
			case tok.quoted && tok.field == "":
				s.Phrases = append(s.Phrases, word)
			default:
				s.Words = append(s.Words, word)
			}
			continue
		}
		if err := d.setSearch(&s, field, tok.text); err != nil {
			errs = append(errs, err)
		}
	}
	return s, errs
}

// setSearch sets a field as it was typed.
func (d *Desk) setSearch(s *Search, field, value string) *Error {
	oneOf := func(to *string, name string, list []string) *Error {
		if !slices.Contains(list, value) {
			return Invalid(field, "没有“%s”这种%s", value, name)
		}
		*to = value
		return nil
	}
	switch field {
	case "channel":
		for _, c := range Channels {
			if value == c.Name() || value == string(c) {
				s.Channel = string(c)
				return nil
			}
		}
		return Invalid(field, "没有“%s”这种%s", value, "渠道")
	case "state":
		for _, x := range ItemStates {
			if value == x.Name || value == x.State {
				s.State = x.State
				return nil
			}
		}
		return Invalid(field, "没有“%s”这种%s", value, "状态")
	case "kind":
		return oneOf(&s.Kind, "诉求类型", Kinds)
	case "category":
		path, ok := d.Categories().Find(value)
		if !ok && !categoryShaped(value) { // items may bear one that has left the tree
			return Invalid(field, "没有“%s”这种%s", value, "领域")
		}
		s.Category = cmp.Or(path, value)
	case "urgency":
		return oneOf(&s.Urgency, "紧急程度", Urgencies)
	case "department":
		s.Department = value
	case "number":
		s.Number = value
	case "region":
		return d.searchRegion(s, value)
	case "like":
		n, err := strconv.ParseInt(strings.TrimPrefix(value, "#"), 10, 64)
		if err != nil || n <= 0 {
			return Invalid(field, "“相似”后面写来件编号，如 相似:38")
		}
		s.Like = n
	case "from", "to", "date":
		return d.searchDates(s, field, value)
	}
	return nil
}

// searchRegion takes a code or a name; of several of that name the office's own.
func (d *Desk) searchRegion(s *Search, value string) *Error {
	if strings.Trim(value, "0123456789") == "" {
		s.Region = value
		return nil
	}
	best := ""
	for _, r := range d.Directory.Regions {
		if r.Name != value && strings.TrimRight(r.Name, "省市区县州盟旗乡镇") != value {
			continue
		}
		own := strings.HasPrefix(r.Code, d.Policy.Office.Region) || strings.HasPrefix(d.Policy.Office.Region, r.Code)
		held := strings.HasPrefix(best, d.Policy.Office.Region) || best != "" && strings.HasPrefix(d.Policy.Office.Region, best)
		if best == "" || own && !held || own == held && len(r.Code) < len(best) {
			best = r.Code
		}
	}
	if best == "" {
		return Invalid("region", "没有找到叫“%s”的属地", value)
	}
	s.Region = best
	return nil
}

// searchDates takes a day, or for a date also two with .. or ~ between them. The end of a stretch is
// the end of that day.
func (d *Desk) searchDates(s *Search, field, value string) *Error {
	now := d.Now().In(d.Policy.Office.Location)
	first, last, stretch := value, value, false
	for _, sep := range []string{"..", "~", "～", "至"} {
		if a, b, ok := strings.Cut(value, sep); ok && field == "date" {
			first, last, stretch = a, b, true
			break
		}
	}
	from, ok := searchDay(first, now)
	to, also := searchDay(last, now)
	if stretch && first == "" {
		ok = true
	}
	if stretch && last == "" {
		also = true
	}
	if !ok || !also {
		return Invalid(field, "日期“%s”无法识别，请写成 2026-11-20 或 11-01..11-20", value)
	}
	end := to.AddDate(0, 0, 1)
	if field != "to" && first != "" {
		s.From = &from
	}
	if field != "from" && last != "" {
		s.To = &end
	}
	return nil
}

// searchDay reads a day: 2026-11-20, 11-20, 11月20日, 20261120, 今天, 昨天, 前天, 7天 (so many days ago).
func searchDay(text string, now time.Time) (time.Time, bool) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for back, word := range []string{"今天", "昨天", "前天"} {
		if text == word {
			return day.AddDate(0, 0, -back), true
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(text, "天")); err == nil && strings.HasSuffix(text, "天") && n >= 0 && n < 10_000 {
		return day.AddDate(0, 0, -n), true
	}
	plain := strings.TrimSuffix(strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-").Replace(text), "日")
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if t, err := time.ParseInLocation(layout, plain, now.Location()); err == nil {
			return t, true
		}
	}
	if t, err := time.ParseInLocation("2006-1-2", fmt.Sprintf("%d-%s", now.Year(), plain), now.Location()); err == nil {
		if t.After(day.AddDate(0, 0, 1)) {
			t = t.AddDate(-1, 0, 0) // of last year
		}
		return t, true
	}
	return time.Time{}, false
}

// searchToken is a part of what was typed.
type searchToken struct {
	field, text string
	quoted      bool
}

// quotes are the marks of a phrase, and how each ends.
var quotes = map[rune]rune{'"': '"', '“': '”', '”': '“', '「': '」', '『': '』', '《': '》', '＂': '＂'}

// searchTokens takes apart what was typed. Blanks separate, inside quotes they don't; a
// quote that never ends, ends with the text.
func searchTokens(text string) (list []searchToken) {
	r := []rune(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), " "))
	r = r[:min(len(r), 2000)]
	for i := 0; i < len(r); {
		if unicode.IsSpace(r[i]) {
			i++
			continue
		}
		var t searchToken
		begin := i
		for i < len(r) && !unicode.IsSpace(r[i]) && quotes[r[i]] == 0 {
			if (r[i] == ':' || r[i] == '：') && t.field == "" && i > begin {
				t.field = string(r[begin:i])
				begin = i + 1
			}
			i++
		}
		t.text = string(r[begin:i])
		if t.text == "" && i < len(r) && quotes[r[i]] != 0 {
			end := quotes[r[i]]
			i++
			begin = i
			for i < len(r) && r[i] != end {
				i++
			}
			t.text, t.quoted = strings.TrimSpace(string(r[begin:i])), true
			i = min(i+1, len(r))
		}
		if t.text != "" || t.field != "" {
			list = append(list, t)
		}
	}
	return list
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
