package media

import (
	"strings"
	"testing"
)

// TestHookTooMany: a call of more mentions than one may bring is refused in words, and
// nothing of it is kept; with the most there may be it comes in.
func TestHookTooMany(t *testing.T) {
	t.Parallel()
	v := startHook(t)
	many := func(n int) string { return `{"data":{"list":[` + strings.Repeat("{},", n-1) + `{}]}}` }
	if status, body := v.call(many(MaxMentions+1), nil); status != 422 || !strings.Contains(body, "一次最多 1000 条，收到 1001 条，请分批推送") {
		t.Errorf("%d %s", status, body)
	}
	if n := len(v.Items()) + len(v.Quarantined()); n != 0 {
		t.Fatalf("%d things were kept", n)
	}
	if status, _ := v.call(many(MaxMentions), nil); status != 200 {
		t.Errorf("as many as there may be: %d", status)
	}
	// What is wrong otherwise is kept, to be mended.
	for _, doc := range []string{strings.Repeat("[1,", MaxMentions+1), `{"data":[` + strings.Repeat("1,", MaxMentions) + `1]}`, `{"data":{"list":` + `"` + strings.Repeat(",", MaxMentions) + `"}}`} {
		if status, body := v.call(doc, nil); status != 200 || strings.Count(body, `"status":"quarantined"`) != 1 {
			t.Errorf("%.20s: %d %s", doc, status, body)
		}
	}
}
