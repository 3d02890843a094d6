package pg_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/pg"
)

// source makes a place that items come from, and a raw of it.
func source(t testing.TB, s *pg.Store, name string) (desk.Source, desk.Raw) {
	t.Helper()
	src := desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: name, NextPollAt: noon, CreatedAt: noon}
	raw := desk.Raw{ContentType: "application/json", Bytes: []byte(`{}`), Digest: []byte{1}, ReceivedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.NewSource(ctx, &src); err != nil {
			return err
		}
		raw.SourceID = src.ID
		return tx.KeepRaw(ctx, &raw, noon)
	})
	return src, raw
}

// item is one of the source, classified.
func item(raw desk.Raw, external, body string) desk.Item {
	incoming := desk.Incoming{ExternalID: external, Title: "翠湖路积水", Body: body, Place: "翠湖路", Author: desk.Author{Name: "李某", Phone: "13800000000"}}
	return desk.Item{
		SourceID: raw.SourceID, Channel: desk.ChannelHotline, Incoming: incoming, ReceivedAt: noon, State: desk.ItemNew, Version: 1, RawID: raw.ID,
		Digest: incoming.Digest(), Tokens: []string{"翠湖路", "积水", "排水"},
		Verdict: &desk.Verdict{Kind: desk.KindComplaint, Category: "城乡建设", Urgency: desk.UrgencyRaised, Region: &desk.Region{Code: "530601", Name: "云泽市"},
			Departments: []desk.ScoredName{{Name: "住建局", Score: 0.9}}, Confidence: map[string]float64{"kind": 0.5}},
	}
}

// insert stores items that must be new.
func insert(t testing.TB, s *pg.Store, items ...desk.Item) []desk.Item {
	t.Helper()
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		isNew, err := tx.InsertItems(ctx, items)
		if slices.Contains(isNew, false) {
			t.Errorf("not new: %v", isNew)
		}
		return err
	})
	return items
}

func TestItemRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t)
	src, raw := source(t, s, "热线")
	reach := int64(7)
	at := noon.Add(-1)
	want := item(raw, "A-1", "井盖'翻'起\\，%_水深")
	want.OccurredAt, want.Reach, want.URL = &at, &reach, "https://example.invalid/1"
	want.Corrected = []string{"kind", "region"}
	*want.OccurredAt = noon.Add(-3600e9)
	want = insert(t, s, want)[0]
	want.Source, want.Tokens = src.Name, nil
	var got desk.Item
	in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
		got, err = tx.ItemByID(ctx, everywhere, want.ID, true)
		return err
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	wantCode(t, s.View(t.Context(), func(tx desk.Tx) error { _, err := tx.ItemByID(t.Context(), everywhere, 404, false); return err }), desk.CodeNotFound)
}

func TestIdentityIsOneRowWhoeverIsFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	const senders, batch = 10, 200
	var mu sync.Mutex
	var created, runs int
	ids := map[string]int64{}
	var all sync.WaitGroup
	for n := range senders {
		all.Go(func() {
			items := make([]desk.Item, batch)
			for i := range items {
				items[i] = item(raw, fmt.Sprintf("A-%d", (i*7+n*31)%batch), "同一件") // each sender in another order
			}
			err := s.InTx(t.Context(), func(tx desk.Tx) error {
				isNew, err := tx.InsertItems(t.Context(), items)
				mu.Lock()
				defer mu.Unlock()
				if runs++; err != nil {
					return err
				}
				for i, it := range items {
					if isNew[i] {
						created++
						ids[it.ExternalID] = it.ID
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := count(t, s, `SELECT count(*) FROM item`); n != batch || created != batch || len(ids) != batch {
		t.Fatalf("%d rows, %d said to be new, %d identities, want %d", n, created, len(ids), batch)
	}
	if runs != senders {
		t.Errorf("%d runs for %d acts: some were repeated", runs, senders)
	}
	twice := []desk.Item{item(raw, "B", "一"), item(raw, "A-0", "二"), item(raw, "B", "三")}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		isNew, err := tx.InsertItems(ctx, twice)
		if err == nil && !slices.Equal(isNew, []bool{true, false, false}) {
			t.Errorf("of two with one identity the first is new: %v", isNew)
		}
		have, err2 := tx.LockItems(ctx, raw.SourceID, []string{"B", "A-0", "missing"})
		if len(have) != 2 || have["B"].Body != "一" || have["A-0"].ID != ids["A-0"] {
			t.Errorf("locked %v", have)
		}
		if err != nil {
			return err
		}
		return err2
	})
}

func TestReplacedContentIsKeptAsVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	old := insert(t, s, item(raw, "A", "第一版"))[0]
	later := desk.Raw{SourceID: raw.SourceID, ContentType: "x", Bytes: []byte("2"), Digest: []byte{2}, ReceivedAt: noon.Add(3600e9)}
	next := item(raw, "A", "第二版")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.KeepRaw(ctx, &later, noon); err != nil {
			return err
		}
		next.ID, next.Version, next.RawID, next.ReceivedAt, next.Verdict, next.Tokens = old.ID, 2, later.ID, later.ReceivedAt, nil, nil
		next.Corrected = []string{"kind"}
		return tx.ReplaceItem(ctx, next, later.ReceivedAt)
	})
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		got := must[desk.Item](t)(tx.ItemByID(ctx, everywhere, old.ID, false))
		if got.Body != "第二版" || got.Version != 2 || got.Verdict != nil || got.RawID != later.ID || !slices.Equal(got.Corrected, []string{"kind"}) {
			t.Errorf("now %+v", got)
		}
		if !got.ReceivedAt.Equal(noon) {
			t.Errorf("received at %v: an item came in when it first came in", got.ReceivedAt)
		}
		versions := must[[]desk.ItemVersion](t)(tx.ItemVersions(ctx, old.ID))
		want := []desk.ItemVersion{{Version: 1, Title: old.Title, Body: "第一版", Digest: old.Digest, RawID: raw.ID, ReceivedAt: noon}}
		if !reflect.DeepEqual(versions, want) {
			t.Errorf("versions %+v", versions)
		}
		return nil
	})
}

func TestLateReadingNeverOverrulesPersonOrNewText(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	var waiting []desk.Item
	for i := range 3 {
		it := item(raw, fmt.Sprint(i), "未识别")
		it.Verdict, it.Tokens = nil, nil
		waiting = append(waiting, it)
	}
	waiting = insert(t, s, waiting...)
	var found []desk.Item
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		found = must[[]desk.Item](t)(tx.Unclassified(ctx, 0, 10))
		corrected := found[1]
		corrected.Verdict, corrected.Corrected = &desk.Verdict{Kind: desk.KindPraise}, []string{"kind"}
		if err := tx.SaveItem(ctx, corrected); err != nil {
			return err
		}
		renewed := found[2]
		renewed.Body = "新的文本"
		return tx.ReplaceItem(ctx, renewed, noon)
	})
	if len(found) != 3 {
		t.Fatalf("%d unclassified", len(found))
	}
	for i := range found {
		found[i].Verdict, found[i].Tokens = &desk.Verdict{Kind: desk.KindHelp, Departments: []desk.ScoredName{{Name: "水务局"}}}, []string{"停水"}
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.Classified(ctx, found); err != nil {
			return err
		}
		kinds := map[int64]string{}
		for _, it := range must[[]desk.Item](t)(tx.ListItems(ctx, everywhere, desk.ItemFilter{})) {
			if it.Verdict != nil {
				kinds[it.ID] = it.Verdict.Kind
			}
		}
		if want := map[int64]string{waiting[0].ID: desk.KindHelp, waiting[1].ID: desk.KindPraise}; !reflect.DeepEqual(kinds, want) {
			t.Errorf("kinds %v, want %v", kinds, want)
		}
		if left := must[[]desk.Item](t)(tx.Unclassified(ctx, 0, 10)); len(left) != 2 || left[0].ID != waiting[1].ID || left[1].ID != waiting[2].ID {
			t.Errorf("left %v", left)
		}
		if left := must[[]desk.Item](t)(tx.Unclassified(ctx, waiting[1].ID, 10)); len(left) != 1 || left[0].ID != waiting[2].ID {
			t.Errorf("behind the second %v", left)
		}
		return nil
	})
	if n := count(t, s, `SELECT count(*) FROM item WHERE department = '水务局' AND tokens @@ '停水'`); n != 1 {
		t.Errorf("%d with effective columns", n)
	}
}

func TestPagesCoverTheListBothWays(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	var items []desk.Item
	for i := range 25 {
		items = append(items, item(raw, fmt.Sprint(i), "积水"))
	}
	items = insert(t, s, items...)
	for _, newest := range []bool{false, true} {
		var seen []int64
		for page := (desk.Page{Limit: 10, Newest: newest}); ; {
			var list []desk.Item
			in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
				list, err = tx.ListItems(ctx, everywhere, desk.ItemFilter{Page: page})
				return err
			})
			if len(list) == 0 {
				break
			}
			for _, it := range list {
				seen = append(seen, it.ID)
			}
			page.After = seen[len(seen)-1]
		}
		want := make([]int64, 0, len(items))
		for _, it := range items {
			want = append(want, it.ID)
		}
		if slices.Sort(want); newest {
			slices.Reverse(want)
		}
		if !slices.Equal(seen, want) {
			t.Errorf("newest %v: %v", newest, seen)
		}
	}
}

// TestScopeIsWhatSeesSays compares the WHERE with the domain's own words.
func TestScopeIsWhatSeesSays(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, one := source(t, s, "热线一")
	_, two := source(t, s, "热线二")
	regions := []string{"", "5306", "530601", "530602", "53", "5301"}
	departments := []string{"", "住建局", "水务局"}
	var items []desk.Item
	for _, raw := range []desk.Raw{one, two} {
		for _, r := range regions {
			for _, d := range departments {
				it := item(raw, fmt.Sprint(len(items)), "一件")
				it.Verdict.Region, it.Verdict.Departments = nil, nil
				if r != "" {
					it.Verdict.Region = &desk.Region{Code: r}
				}
				if d != "" {
					it.Verdict.Departments = []desk.ScoredName{{Name: d}}
				}
				items = append(items, it)
			}
		}
	}
	bare := item(one, "bare", "没有识别")
	bare.Verdict = nil
	items = insert(t, s, append(items, bare)...)
	rapid.Check(t, func(r *rapid.T) {
		scope := desk.Scope{
			Region:     rapid.SampledFrom(append(regions, "9")).Draw(r, "region"),
			Department: rapid.SampledFrom(departments).Draw(r, "department"),
			Office:     rapid.SampledFrom(regions).Draw(r, "office"),
			SourceID:   rapid.SampledFrom([]int64{0, 0, one.SourceID, two.SourceID, 99}).Draw(r, "source"),
		}
		var want []int64
		for _, it := range items {
			if scope.Sees(it.Region(), it.Verdict.Department(), it.SourceID) {
				want = append(want, it.ID)
			}
		}
		slices.Sort(want)
		err := s.View(t.Context(), func(tx desk.Tx) error {
			list, err := tx.ListItems(t.Context(), scope, desk.ItemFilter{Page: desk.Page{Limit: 1000}})
			var got []int64
			for _, it := range list {
				got = append(got, it.ID)
			}
			if !slices.Equal(got, want) {
				r.Fatalf("%+v: got %v, want %v", scope, got, want)
			}
			n, err2 := tx.CountItems(t.Context(), scope, desk.ItemFilter{}, noon)
			if n != len(want) {
				r.Fatalf("%+v: count %d, want %d", scope, n, len(want))
			}
			_, err3 := tx.ItemByID(t.Context(), scope, items[0].ID, false)
			if (err3 == nil) != slices.Contains(want, items[0].ID) {
				r.Fatalf("%+v: by id: %v", scope, err3)
			}
			if err != nil {
				return err
			}
			return err2
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

func TestFiltersAndSearch(t *testing.T) {
	t.Parallel()
	s := open(t)
	src, raw := source(t, s, "热线")
	a, b := item(raw, "A", "小区门口积水半米"), item(raw, "B", "地铁口施工噪声100%扰民")
	b.Title, b.Tokens, b.Author.Phone = "噪声", []string{"噪声", "地铁"}, ""
	b.Verdict.Kind, b.Verdict.Category, b.Verdict.Urgency, b.Verdict.Region.Code = desk.KindHelp, "环境保护", desk.UrgencyNormal, "530602"
	b.Channel = desk.ChannelMedia
	both := insert(t, s, a, b)
	a, b = both[0], both[1]
	for name, c := range map[string]struct {
		f    desk.ItemFilter
		want string
	}{
		"all": {desk.ItemFilter{}, "AB"}, "channel": {desk.ItemFilter{Channel: "media"}, "B"}, "kind": {desk.ItemFilter{Kind: desk.KindComplaint}, "A"},
		"category": {desk.ItemFilter{Category: "环境保护"}, "B"}, "urgency": {desk.ItemFilter{Urgency: desk.UrgencyNormal}, "B"},
		"region": {desk.ItemFilter{Region: "530601"}, "A"}, "region above": {desk.ItemFilter{Region: "5306"}, "AB"},
		"state": {desk.ItemFilter{State: desk.ItemLinked}, ""}, "external id": {desk.ItemFilter{ExternalID: "B"}, "B"},
		"ids": {desk.ItemFilter{IDs: []int64{a.ID, 404}}, "A"}, "no ids": {desk.ItemFilter{IDs: []int64{}}, ""}, "topic": {desk.ItemFilter{Topic: 9}, ""},
		"token": {desk.ItemFilter{Query: "排水"}, "A"}, "letters": {desk.ItemFilter{Query: "口积水半"}, "A"}, "words": {desk.ItemFilter{Query: "噪声  地铁"}, "B"},
		"token and letters": {desk.ItemFilter{Query: "排水 口积水半"}, "A"},
		"words apart":       {desk.ItemFilter{Query: "噪声 积水"}, ""}, "percent is a letter": {desk.ItemFilter{Query: "100%"}, "B"},
		"underscore is a letter": {desk.ItemFilter{Query: "_"}, ""}, "quote": {desk.ItemFilter{Query: `it's \ ' | & ! :* ( <->`}, ""},
		"number": {desk.ItemFilter{Query: "A"}, "A"}, "nul": {desk.ItemFilter{Query: "\x00\xff 噪声"}, "B"}, "long": {desk.ItemFilter{Query: strings.Repeat("噪声噪声 ", 500)}, ""},
	} {
		var got strings.Builder
		if err := s.View(t.Context(), func(tx desk.Tx) error {
			list, err := tx.ListItems(t.Context(), everywhere, c.f)
			for _, it := range list {
				got.WriteString(it.ExternalID)
			}
			return err
		}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", name, got.String(), c.want)
		}
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if calls := must[[]desk.Item](t)(tx.ByPhone(ctx, everywhere, "13800000000", 5)); len(calls) != 1 || calls[0].ID != a.ID || calls[0].Source != src.Name {
			t.Errorf("calls %v", calls)
		}
		if calls := must[[]desk.Item](t)(tx.ByPhone(ctx, everywhere, "", 5)); len(calls) != 0 {
			t.Errorf("no phone is nobody's: %v", calls)
		}
		return nil
	})
}

func TestAnyTokensCanBeStored(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	huge := make([]string, 200_000)
	for i := range huge {
		sum := sha256.Sum256(fmt.Append(nil, i))
		huge[i] = fmt.Sprintf("%x", sum[:8])
	}
	n := 0
	store := func(tokens []string) error {
		n++
		it := item(raw, fmt.Sprint("T", n), "词")
		it.Tokens = tokens
		return s.InTx(t.Context(), func(tx desk.Tx) error { _, err := tx.InsertItems(t.Context(), []desk.Item{it}); return err })
	}
	for name, tokens := range map[string][]string{
		"huge": huge, "long": {strings.Repeat("长", 5000)}, "quotes": {`'`, `\`, `''\\`, ` `, "\t", ""}, "broken": {"\xff", "a\x00b"}, "none": {}, "operators": {"a:b", "a:1A", "!", "&"},
	} {
		if err := store(tokens); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		if err := store(rapid.SliceOf(rapid.String()).Draw(r, "tokens")); err != nil {
			r.Fatal(err)
		}
	})
}
