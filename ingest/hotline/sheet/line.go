package sheet

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// liner makes lines of the push API of rows.
type liner struct {
	mapping desk.SheetMapping
	shape   shape
}

// line gives nil for a row that carries nothing.
func (l *liner) line(cells []string) []byte {
	var body, when []string
	single := map[string]string{}
	for i, field := range l.mapping.Fields {
		if i >= len(cells) || cells[i] == "" || field == "" {
			continue
		}
		cell := cells[i]
		switch field {
		case "body":
			if len(body) > 0 || l.firstBody() != i {
				cell = l.name(i) + "：" + cell
			}
			body = append(body, cell)
		case "occurred_at":
			when = append(when, cell)
		default:
			single[field] = cell
		}
	}
	if len(body) == 0 && len(when) == 0 && len(single) == 0 {
		return nil
	}
	at, day := instant(strings.Join(when, " "), l.shape.since1904)
	if day { // midnight would be an invention: the day is kept as text
		body = append(body, l.nameOf("occurred_at")+"："+at)
		at = ""
	}
	b := []byte{'{'}
	member := func(name, value string) {
		if value == "" {
			return
		}
		if len(b) > 1 && b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(b, value...)
	}
	text := func(name, value string) {
		if value != "" {
			member(name, string(l.quote(value)))
		}
	}
	id, exact := figures(single["external_id"])
	if exact {
		text("external_id", id)
	} else {
		member("external_id", id) // a number: the door refuses it, and rightly
	}
	text("title", single["title"])
	text("body", strings.Join(body, "\n"))
	text("occurred_at", at)
	text("place", single["place"])
	text("url", single["url"])
	phone, _ := figures(single["author.phone"])
	if name := single["author.name"]; name != "" || phone != "" {
		b = append(b, ',')
		if len(b) == 2 {
			b = b[:1]
		}
		b = append(b, `"author":{`...)
		text("name", name)
		text("phone", phone)
		b = append(b, '}')
	}
	if n, ok := count(single["reach"]); ok {
		member("reach", n)
	} else {
		text("reach", single["reach"])
	}
	return append(b, '}')
}

// firstBody is the column whose text stands alone at the top.
func (l *liner) firstBody() int {
	for i, f := range l.mapping.Fields {
		if f == "body" {
			return i
		}
	}
	return -1
}

func (l *liner) name(i int) string {
	if i < len(l.mapping.Names) && l.mapping.Names[i] != "" {
		return l.mapping.Names[i]
	}
	return Letters(i)
}

func (l *liner) nameOf(field string) string {
	for i, f := range l.mapping.Fields {
		if f == field {
			return l.name(i)
		}
	}
	return desk.SheetFieldName(field)
}

// quote writes a JSON string and leaves broken bytes broken, so that the door
// quarantines them with the field named; encoding/json would put U+FFFD for them.
// Where the charset couldn't be decoded, that is made a broken byte too.
func (l *liner) quote(s string) []byte {
	if l.shape.decoded {
		s = strings.ReplaceAll(s, "\uFFFD", "\xff")
	}
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

var powers = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?(\d{1,2})$`)

// figures writes out a number that a spreadsheet has shortened. exact is false where
// digits are lost: spreadsheets keep fifteen, so that two long numbers may look the same.
func figures(s string) (full string, exact bool) {
	m := powers.FindStringSubmatch(s)
	if m == nil {
		return s, true
	}
	power, _ := strconv.Atoi(m[2]) // two digits
	f, _, err := big.ParseFloat(s, 10, 200, big.ToNearestEven)
	if err != nil || power > 60 {
		return s, true
	}
	i, acc := f.Int(nil)
	if acc != big.Exact {
		return s, true
	}
	return i.String(), power < 15
}

// count reads 1,234 and 1.2万.
func count(s string) (string, bool) {
	s = strings.NewReplacer(",", "", "，", "", " ", "", "+", "").Replace(s)
	times := 1.0
	for unit, n := range map[string]float64{"万": 1e4, "w": 1e4, "W": 1e4, "亿": 1e8} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, times = rest, n
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e15 {
		return "", false
	}
	if f *= times; times > 1 {
		f = math.Round(f)
	}
	if f != math.Trunc(f) {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}

var (
	serial  = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2}) ?(\d{2})?(\d{2})?(\d{2})?$`)
	written = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时：](\d{1,2})(?:[:分：](\d{1,2})?(?:\.\d+)?)?[秒分]?)?$`)
)

// instant writes a time as the push API reads it, in the office's zone. day: it is a
// day without a time. What isn't understood is left as it is, for the door to refuse.
func instant(s string, since1904 bool) (at string, day bool) {
	s = strings.Join(strings.Fields(s), " ")
	// A day and a time of day in two columns of a workbook are a whole and a fraction.
	if a, b, two := strings.Cut(s, " "); two && serial.MatchString(a) {
		if f, err := strconv.ParseFloat(b, 64); err == nil && f >= 0 && f < 1 {
			whole, _, _ := strings.Cut(a, ".")
			s = whole + strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "0")
		}
	}
	if serial.MatchString(s) {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return s, false
		}
		// Spreadsheets count days from here, as if 1900 had been a leap year; some Macintosh ones four years later.
		epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if since1904 {
			epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		t := epoch.AddDate(0, 0, int(f)).Add(time.Duration(math.Round((f-math.Trunc(f))*86400)) * time.Second)
		if f == math.Trunc(f) {
			return t.Format("2006-01-02"), true
		}
		return t.Format("2006-01-02 15:04:05"), false
	}
	m := compact.FindStringSubmatch(s)
	if m == nil {
		m = written.FindStringSubmatch(s)
	}
	if m == nil {
		return s, false
	}
	part := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // digits, or empty
		return n
	}
	t := time.Date(part(1), time.Month(part(2)), part(3), part(4), part(5), part(6), 0, time.UTC)
	if t.Month() != time.Month(part(2)) || t.Day() != part(3) || part(4) > 23 || part(5) > 59 || part(6) > 59 {
		return s, false // no such day or time
	}
	if m[4] == "" {
		return t.Format("2006-01-02"), true
	}
	return t.Format("2006-01-02 15:04:05"), false
}
