package web

import (
	"net/http"
	"testing"
	"time"

	"huiying/desk"
)

// ranked brings one entry of a hot list.
type ranked struct{}

func (ranked) Parse(desk.Source, desk.Raw, *time.Location) ([]desk.Part, error) {
	return []desk.Part{{Incoming: desk.Incoming{ExternalID: "榜:1", Title: "云泽市清水路停水"}, Seen: &desk.Sighting{List: "微博热搜", Rank: 3}}}, nil
}

// TestFlagsSayTheirValues: a tag beside a row has its values in its words, in both languages; none shows the form of it.
func TestFlagsSayTheirValues(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.Parsers["ranked"] = ranked{}
	src, _ := must2(n.AddSource(t.Context(), desk.System, desk.Source{Name: "热榜", Kind: "ranked", Channel: desk.ChannelMedia}, true))
	must(n.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte("x")}}}))
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	english := *v
	english.head = map[string]string{"Cookie": "huiying_lang=en"}
	for _, path := range []string{"/", "/items", "/items/1", "/search?q=停水"} {
		v.get(path).want(t, http.StatusOK, "微博热搜 第3")
		english.get(path).want(t, http.StatusOK, `<span lang="zh-CN">微博热搜</span>, no. 3`)
	}
	for text, bare := range map[string]bool{"<b>%s 第%d</b>": true, `<a title="%s">好的</a>`: false, "把握 90%": false, "阅读 %!d(string=x)": true, "<script>'%s'</script>完": false, "%d件": true, "%E4%BA%91": false, "50%sure": false} {
		if (unfilled(text) != "") != bare {
			t.Errorf("%q", text)
		}
	}
}
