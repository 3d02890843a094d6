package hotline

import (
	"net/http"
	"testing"
)

// TestNothingAtAll: a push without a byte is answered with what is wrong, or as the list of none that it is, and leaves nothing; the next one is taken.
func TestNothingAtAll(t *testing.T) {
	t.Parallel()
	d, url := serve(t, nil)
	for _, kind := range []string{"application/json", ""} {
		if res, body := post(t, url, kind, ""); res.StatusCode < 400 || res.StatusCode >= 500 || body == "" {
			t.Errorf("%s: %d %q", kind, res.StatusCode, body)
		}
	}
	if res, body := post(t, url, "application/x-ndjson", ""); res.StatusCode != http.StatusOK || body != "" { // no line, and no answer to one
		t.Errorf("lines: %d %q", res.StatusCode, body)
	}
	if n, q := len(d.Items()), d.Quarantined(); n != 0 || len(q) > 1 || len(q) == 1 && q[0].Reason == "" {
		t.Errorf("%d items, in quarantine %+v", n, q)
	}
	if res, body := post(t, url, "application/json", `{"title":"甲"}`); res.StatusCode != http.StatusCreated {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
