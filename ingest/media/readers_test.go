package media

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzVerify: nothing but the right signature within the window is let in.
func FuzzVerify(f *testing.F) {
	now := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	f.Add("1795147200", "00", []byte("{}"))
	f.Add("2026-11-20T04:00:00Z", "sha256=AAAA", []byte("{}"))
	f.Add("-9223372036854775808", "====", []byte{})
	f.Fuzz(func(t *testing.T, stamp, signature string, body []byte) {
		h := http.Header{"X-Timestamp": {stamp}, "X-Signature": {signature}}
		if digest, err := verify(h, Headers{}, "a secret that nobody guesses", body, now); err == nil {
			t.Errorf("%q %q was let in as %x", stamp, signature, digest)
		}
		at, ok := stamped(stamp)
		h.Set("X-Signature", hexOf(Sign("k", h.Get("X-Timestamp"), body)))
		_, err := verify(h, Headers{}, "k", body, now)
		// The header is trimmed before it is read; a stamp with blanks around it is another.
		if inside := ok && !at.Before(now.Add(-window)) && !at.After(now.Add(window)); inside != (err == nil) && h.Get("X-Timestamp") == trimmed(stamp) && trimmed(stamp) == stamp {
			t.Errorf("rightly signed at %q: inside %t, %v", stamp, inside, err)
		}
	})
}

func trimmed(s string) string { return strings.TrimSpace(s) }

func hexOf(b []byte) string { return hex.EncodeToString(b) }
