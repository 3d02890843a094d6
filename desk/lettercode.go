package desk

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// A query code has ten digits: nine of the letter's and one that checks them.
const codeDigits = 10

// damm is the quasigroup of the check digit after H. M. Damm (2004): it finds every
// single wrong digit and every two neighbours exchanged.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6}, {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1}, {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7}, {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func checkDigit(digits string) byte {
	var c byte
	for _, r := range []byte(digits) {
		c = damm[c][r-'0']
	}
	return '0' + c
}

// ParseCode reads a query code as people type it: blanks, hyphens and full-width
// figures are fine, a wrong figure is found.
func ParseCode(s string) (string, error) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case r == ' ' || r == '\u3000' || r == '-' || r == '－' || r == '\u00A0' || r == '\t':
		default:
			return "", Invalid("code", "查询码是 10 位数字，请核对后重新输入")
		}
		if b.Len() > codeDigits {
			break
		}
	}
	code := b.String()
	if len(code) != codeDigits || checkDigit(code) != '0' {
		return "", Invalid("code", "查询码是 10 位数字，请核对后重新输入")
	}
	return code, nil
}

// FormatCode is a code in groups, as it is shown.
func FormatCode(code string) string {
	if len(code) != codeDigits {
		return code
	}
	return code[:3] + " " + code[3:6] + " " + code[6:]
}

// boxSecret is the letter box's own: codes come from it, and what is stored of them is bound to it.
type boxSecret []byte

func (s boxSecret) mac(parts ...string) []byte {
	m := hmac.New(sha256.New, s)
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:]) //nolint:errcheck // a hash never fails
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// code is that of the letter a form sends: who has neither the secret nor the form's
// random key can't tell it. Attempt counts the codes that were taken.
func (s boxSecret) code(key string, attempt int) string {
	n := binary.BigEndian.Uint64(s.mac("code", key, fmt.Sprint(attempt))) % 1_000_000_000
	digits := fmt.Sprintf("%09d", n)
	return digits + string(checkDigit(digits))
}

// codeRounds makes each guess at a stored code cost some 30 ms: there are only a thousand million codes.
const codeRounds = 200_000

// digest is what is stored of a code.
func (s boxSecret) digest(code string) ([]byte, error) {
	return pbkdf2.Key(sha256.New, code, s.mac("salt"), codeRounds, 32)
}

// form is what is stored of a form's key.
func (s boxSecret) form(key string) []byte { return s.mac("form", key) }

func hexOf(b []byte) string { return hex.EncodeToString(b) }
