package ingest

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// FuzzRetryAfter: whatever a server asks for, the pause is none or some, and the
// schedule never runs backwards.
func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "")
	f.Add("Mon, 02 Mar 2026 08:10:00 GMT", "Mon, 02 Mar 2026 08:00:00 GMT")
	f.Add("-1", "x")
	f.Add("9223372036854775807", "")
	f.Fuzz(func(t *testing.T, after, date string) {
		h := http.Header{"Retry-After": {after}, "Date": {date}}
		if d := retryAfter(h); d < 0 || backoff(time.Minute, 3, d, 0.5) < 0 {
			t.Errorf("%q %q: %v, then %v", after, date, d, backoff(time.Minute, 3, d, 0.5))
		}
	})
}

// FuzzPermits: an address of this machine or of a private network isn't reached in
// any disguise of IPv6.
func FuzzPermits(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "10.1.2.3", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "8.8.8.8", "100.64.0.1"} {
		f.Add(netip.MustParseAddr(s).AsSlice())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		addr, ok := netip.AddrFromSlice(b)
		if !ok || !(&Guard{}).Permits(addr) {
			return
		}
		if a := addr.Unmap(); a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.IsInterfaceLocalMulticast() {
			t.Errorf("%v may be reached", addr)
		}
		if addr.Is4() && (&Guard{}).Permits(netip.AddrFrom16(addr.As16())) != (&Guard{}).Permits(addr) {
			t.Errorf("%v is judged otherwise when it is mapped", addr)
		}
	})
}
