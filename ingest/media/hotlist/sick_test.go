package hotlist

import (
	"fmt"
	"strings"
	"testing"

	"huiying/ingest/ingesttest"
)

// TestNotAList: a page to log in where the list was is a failure of the source, which says so; its first state alone is
// kept, and what is on the list stays as it was until the list is well again.
func TestNotAList(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, kind(), p.source())
	p.Put(t, ingesttest.Messages(1, 2)...)
	d.Poll()
	since := d.State().LastSuccess
	for i := range 3 {
		p.change(func() { p.body = fmt.Sprintf("<html><body>请登录 %d</body></html>", i) })
		d.Poll()
	}
	st := d.State()
	if st.Failures != 3 || !strings.Contains(st.LastError, "登录页") || since == nil || !st.LastSuccess.Equal(*since) {
		t.Errorf("the source is %+v", st)
	}
	if q := d.Quarantined(); len(q) != 1 {
		t.Errorf("%d in quarantine", len(q))
	}
	for _, it := range d.Items() {
		if it.Hot == nil || it.Hot.Left != nil {
			t.Errorf("%q fell off a list that nobody could read", it.Title)
		}
	}
	p.change(func() { p.body = "" })
	d.Poll() // as it was before
	if st := d.State(); st.Failures != 0 || st.LastError != "" {
		t.Errorf("the list that came back: %+v", st)
	}
	p.change(func() { p.body = "{" })
	d.Poll()
	if q := d.Quarantined(); len(q) != 2 || d.State().Failures != 1 {
		t.Errorf("after the second illness: %d in quarantine", len(q))
	}
}
