package rules

import (
	"unicode/utf8"
)

// number is a figure as written: 12, 3.5万, 二十四, 百余.
type number struct {
	value      float64
	start, end int
	least      bool // 余, 多, 几, 上百, 三四: the true figure is at least this
	vague      bool // 数十, 几: only its size is known, or nothing at all (value 0)
}

// whole gives the figure as an int; false when it isn't one or is absurd.
func (n number) whole() (int, bool) {
	if n.vague && n.value == 0 || n.value < 0 || n.value > 1e9 || n.value != float64(int(n.value)) {
		return 0, false
	}
	return int(n.value), true
}

// readNumber reads a figure that begins at byte i of normalised text.
func readNumber(text string, i int) (number, bool) {
	n := number{start: i}
	at := i
	r, size := utf8.DecodeRuneInString(text[at:])
	switch {
	case r >= '0' && r <= '9':
		at = n.digits(text, at)
	case r == '数' || r == '几' || r == '好' && next(text, at+size) == '几':
		if r == '好' {
			at += size
			_, size = utf8.DecodeRuneInString(text[at:])
		}
		at += size
		if u := unit(next(text, at)); u == 0 {
			if c := next(text, at); !counter(c) {
				return n, false
			}
		}
		n.vague = true
		if n.value = 1; unit(next(text, at)) == 0 {
			n.value = 0
		}
		for u := unit(next(text, at)); u > 0; u = unit(next(text, at)) { // 数十 is ten at least, 几百万 a million
			n.value *= u
			n.least = true
			at += 3
		}
	default:
		if at = n.chinese(text, at); at == i {
			return n, false
		}
	}
	// What may follow a figure: a unit (3.5万), then 余 or 多.
	for !n.vague {
		c, size := utf8.DecodeRuneInString(text[at:])
		if u := unit(c); u >= 10 && n.value*u < 1e15 {
			n.value *= u
			at += size
			if more, end, least := rest(text, at, u); end > 0 {
				n.value += more
				n.least = n.least || least
				at = end
				if c := next(text, at); c != '余' && c != '多' {
					break
				}
			}
			continue
		}
		if c == '余' || c == '多' && next(text, at+size) != '次' || c == '来' && n.value >= 10 {
			n.least = true
			at += size
			continue
		}
		if c == '好' && next(text, at+size) == '几' && n.value >= 10 { // 二十好几
			at += size
			continue
		}
		if c == '几' && n.value >= 10 { // 十几, 一百几十
			n.least = true
			if at += size; unit(next(text, at)) > 0 && unit(next(text, at)) < 1000 {
				at += 3
			}
			continue
		}
		break
	}
	n.end = at
	return n, true
}

// rest reads what follows digits with 亿 or 万: 1亿2000万, 3万5000, 3万5千, 3万5.
func rest(text string, at int, u float64) (value float64, end int, least bool) {
	if u < 1e4 {
		return 0, 0, false
	}
	if next(text, at) == '零' {
		at += len("零")
	}
	if c := next(text, at); c < '0' || c > '9' {
		return 0, 0, false
	}
	var n number
	end = n.digits(text, at)
	single := end == at+1
	if c := next(text, end); (c == '余' || c == '多') && unit(next(text, end+len("余"))) > 0 {
		end += len("余")
		least = true
	}
	switch part := unit(next(text, end)); {
	case part >= 10 && n.value*part < u:
		n.value, end = n.value*part, end+len("万")
	case part > 0 || n.value >= u:
		return 0, 0, false
	case single && u == 1e4: // 3万5
		n.value *= 1000
	case u > 1e4:
		return 0, 0, false
	}
	return n.value, end, least
}

// digits reads 1,234.5 and the like.
func (n *number) digits(text string, at int) int {
	scale := 0.0
	for at < len(text) {
		c := text[at]
		switch {
		case c >= '0' && c <= '9':
			if scale > 0 {
				n.value += float64(c-'0') * scale
				scale /= 10
			} else if n.value = n.value*10 + float64(c-'0'); n.value > 1e15 {
				n.value = 1e15
			}
		case c == ',' && scale == 0 && thousands(text, at+1):
		case c == '.' && scale == 0 && at+1 < len(text) && text[at+1] >= '0' && text[at+1] <= '9':
			scale = 0.1
		default:
			return at
		}
		at++
	}
	return at
}

// thousands says whether exactly three digits stand at i.
func thousands(text string, i int) bool {
	digits := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		digits++
	}
	return digits == 3
}

// chinese reads 二十四, 一百零三, 两千五, 二〇一四, 百余.
func (n *number) chinese(text string, at int) int {
	total, section, digit := 0.0, 0.0, -1.0
	seen, positional, lastUnit, zero := 0, true, 0.0, false
	start := at
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if d, ok := digitOf(r); ok {
			if d == 0 && !positional { // 一百零三: only a place left out
				seen++
				at += size
				zero = true
				continue
			}
			if digit >= 0 && (seen == 1 || !positional) && neighbours(digit, d) && !isDigit(next(text, at+size)) {
				n.least = true // 三四, 五六十, 十七八: the lower one is sure
				at += size
				continue
			}
			if digit >= 0 && positional {
				section = section*10 + digit // 二〇一四
			} else if digit >= 0 {
				break
			}
			digit = d
		} else if u := unit(r); u > 0 && !(u >= 10000 && seen == 0) {
			switch {
			case u >= 10000:
				if digit >= 0 {
					section += digit
				}
				if u > 10000 {
					total = (total + section) * u
				} else { // 一亿二千万: 万 takes what came after 亿
					total += section * u
				}
				section = 0
			default:
				if digit < 0 {
					if seen > 0 && lastUnit != 10000 && r != '十' { // 十百: not a figure
						digit = 0
					} else {
						digit = 1
					}
				}
				section += digit * u
			}
			digit, positional, lastUnit, zero = -1, false, u, false
		} else {
			break
		}
		seen++
		at += size
	}
	if digit >= 0 {
		switch {
		case positional && seen > 1:
			section = section*10 + digit
		case lastUnit >= 100 && seen > 1 && !zero:
			section += digit * lastUnit / 10 // 两千五 is 2500
		default:
			section += digit
		}
	}
	n.value = total + section
	if r := next(text, start); (r == '百' || r == '千') && seen == 1 {
		n.least = true
	}
	return at
}

// neighbours says whether two numerals side by side mean "so many or so many".
func neighbours(a, b float64) bool { return a >= 1 && b == a+1 || a == 3 && b == 5 }

func isDigit(r rune) bool {
	_, ok := digitOf(r)
	return ok
}

// upTo gives where a range that a figure opens ends (3至5, 20-30, 三、四); the
// figure's own end when it opens none.
func (n number) upTo(text string) int {
	if head := previous(text, n.start, 1); head == '由' || head == '从' { // a change, not a range
		return n.end
	}
	r, size := utf8.DecodeRuneInString(text[n.end:])
	switch r {
	case '至', '到', '-', '~', '—', '–', '、':
		to, ok := readNumber(text, n.end+size)
		if !ok || to.vague || to.value <= n.value || to.value > 20*n.value {
			break
		}
		if r == '、' && !(n.value > 1 && n.value < 9 && to.value == n.value+1 && single(n) && single(to)) {
			break
		}
		return to.end
	}
	return n.end
}

// single says whether a figure is written with one letter.
func single(n number) bool { return n.end-n.start == 3 || n.end-n.start == 1 }

// previous gives the nth rune before byte at (1 is the one just before).
func previous(text string, at, nth int) rune {
	var r rune
	for range nth {
		if at <= 0 {
			return 0
		}
		var size int
		r, size = utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return r
}

func next(text string, at int) rune {
	if at >= len(text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	return r
}

func digitOf(r rune) (float64, bool) {
	switch r {
	case '零', '〇', '○':
		return 0, true
	case '一', '壹':
		return 1, true
	case '二', '两', '贰', '俩':
		return 2, true
	case '三', '叁', '仨':
		return 3, true
	case '四', '肆':
		return 4, true
	case '五', '伍':
		return 5, true
	case '六', '陆':
		return 6, true
	case '七', '柒':
		return 7, true
	case '八', '捌':
		return 8, true
	case '九', '玖':
		return 9, true
	}
	return 0, false
}

func unit(r rune) float64 {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万':
		return 1e4
	case '亿':
		return 1e8
	}
	return 0
}

// counter says whether a rune counts people.
func counter(r rune) bool {
	switch r {
	case '人', '名', '位', '个', '户', '口', '具', '条', '岁':
		return true
	}
	return false
}
