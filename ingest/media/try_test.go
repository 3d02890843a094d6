package media

import (
	"strings"
	"testing"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// TestTrial: over real HTTP, a trial shows what a feed would become, page text and all,
// and leaves neither an item nor a bookmark; what is wrong is said in words.
func TestTrial(t *testing.T) {
	t.Parallel()
	p := startPaper(t)
	p.feed, p.pages = []string{"a", "b"}, map[string]string{"a": pageOf(story), "b": "slow"}
	d := ingesttest.Open(t, paperKind(), desk.Source{URL: p.URL + "/rss.xml"})
	d.Fetchers = ingest.Fetchers([]ingest.Kind{d.Kind})
	tried, err := d.TrySource(t.Context(), desk.System, d.Source.ID)
	if err != nil || len(tried.Items) != 2 || tried.Bytes == 0 || tried.Source.Password != "" {
		t.Fatalf("%+v %v", tried, err)
	}
	if !strings.Contains(tried.Items[0].Item.Body, story) || tried.Items[1].Item.Body != "摘要 b……" {
		t.Errorf("%+v", tried.Items)
	}
	if st := d.State(); len(d.Items()) != 0 || len(d.Quarantined()) != 0 || strings.Contains(string(st.Cursor), "digest") || st.LastSuccess != nil {
		t.Errorf("a trial left something: %+v", st)
	}
	d.Poll()
	if len(d.Items()) != 2 {
		t.Errorf("%d items after the poll", len(d.Items()))
	}
	for path, want := range map[string]string{"/nothing.html": "对方已没有这个地址（404）"} {
		if err := d.MoveSource(t.Context(), desk.System, d.Source.ID, p.URL+path, "", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := d.TrySource(t.Context(), desk.System, d.Source.ID); err == nil || !strings.Contains(err.Error(), want) || desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%s: %v", path, err)
		}
	}
	p.Close()
	if _, err := d.TrySource(t.Context(), desk.System, d.Source.ID); err == nil || !strings.Contains(err.Error(), "对方拒绝连接") {
		t.Errorf("nobody there: %v", err)
	}
}
