package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"huiying/classify"
	"huiying/classify/jieba"
	"huiying/desk"
	"huiying/desk/pg"

	"github.com/jackc/pgx/v5"
)

// held is how many items the database holds: a million, or HUIYING_BENCH_ITEMS.
func held() (int, error) {
	if s := os.Getenv("HUIYING_BENCH_ITEMS"); s != "" {
		return strconv.Atoi(s)
	}
	return 1_000_000, nil
}

// portion is how many items are made and copied at once.
const portion = 20_000

// fill makes n lines for each table in order, on all cores, and copies them in as they
// are done, a portion at a time.
func fill(ctx context.Context, store *pg.Store, n int, copies []string, line func(i int, out []*strings.Builder)) error {
	conn, err := store.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	// No statement limit, and no look-ups of references: what is made here is whole.
	if _, err := conn.Exec(ctx, `SET statement_timeout = 0; SET session_replication_role = replica`); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(ctx, `RESET statement_timeout; RESET session_replication_role`) }() // the connection ends with the run
	for from := 0; from < n; from += portion {
		to := min(from+portion, n)
		workers := runtime.GOMAXPROCS(0)
		made := make([][]*strings.Builder, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for range copies {
					made[w] = append(made[w], &strings.Builder{})
				}
				for i := from + (to-from)*w/workers; i < from+(to-from)*(w+1)/workers; i++ {
					line(i, made[w])
				}
			})
		}
		wg.Wait()
		for c, sql := range copies {
			var parts []io.Reader
			for _, m := range made {
				parts = append(parts, strings.NewReader(m[c].String()))
			}
			if _, err := conn.Conn().PgConn().CopyFrom(ctx, io.MultiReader(parts...), sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
	}
	return nil
}

// run executes statements that may take their time.
func run(ctx context.Context, store *pg.Store, statements ...string) error {
	// A connection of its own: those of the desk give a silent server up long before an
	// index over a million rows is made.
	config := store.Pool().Config().ConnConfig.Copy()
	config.DialFunc = (&net.Dialer{}).DialContext
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range append([]string{`SET statement_timeout = 0; SET maintenance_work_mem = '1GB'`}, statements...) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

var escape = strings.NewReplacer("\\", "\\\\", "\t", " ", "\n", " ", "\r", " ")

// short makes of a mixed text one of a sentence or two, which is what most letters are.
func short(text func(int) desk.Text) func(int) desk.Text {
	return func(i int) desk.Text {
		t := text(i)
		if at := strings.Index(t.Body[min(len(t.Body), 120):], "。"); at >= 0 {
			t.Body = t.Body[:120+at+len("。")]
		}
		return t
	}
}

// benchTopic: within how many milliseconds 99 of 100 documents are assigned, found
// candidates and placed, on a database that holds a million.
func benchTopic(ctx context.Context, log *slog.Logger, put func(figure)) error {
	n, err := held()
	if err != nil {
		return err
	}
	s, err := newSetting(log)
	if err != nil {
		return err
	}
	stop, err := s.withStore(ctx)
	if err != nil {
		return err
	}
	defer stop()
	store, segmenter, discoverer := s.store, s.segmenter, s.discoverer
	text, now := short(mixed(s.texts)), time.Now()
	sketch := func(i int) desk.TopicDoc {
		t := text(i)
		doc := discoverer.Sketch(&classify.Document{Title: t.Title, Body: t.Body, TitleWords: segmenter.Cut(t.Title), BodyWords: segmenter.Cut(t.Body)}, &desk.Verdict{})
		doc.Title, doc.At = t.Title, now
		return doc
	}
	if err := run(ctx, store, `ALTER TABLE topic_key DROP CONSTRAINT topic_key_pkey`, `DROP INDEX topic_doc_topic`); err != nil {
		return err
	}
	at := now.UTC().Format(time.RFC3339)
	if err := fill(ctx, store, n, []string{
		`COPY topic_doc (item_id, topic_id, at, title, region, place, keys, payload) FROM STDIN`, `COPY topic_key (key, item_id) FROM STDIN`,
	}, func(i int, out []*strings.Builder) {
		doc := sketch(i)
		keys := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(doc.Keys)), ","), "[]")
		fmt.Fprintf(out[0], "%d\t%d\t%s\t%s\t\t\t{%s}\t\\\\x%x\n", i+1, i/3+1, at, escape.Replace(doc.Title), keys, doc.Payload)
		for _, k := range doc.Keys {
			fmt.Fprintf(out[1], "%d\t%d\n", k, i+1)
		}
	}); err != nil {
		return err
	}
	if err := run(ctx, store, `ALTER TABLE topic_key ADD PRIMARY KEY (key, item_id)`, `CREATE INDEX topic_doc_topic ON topic_doc (topic_id)`,
		`VACUUM ANALYZE topic_key`, `VACUUM ANALYZE topic_doc`, `CHECKPOINT`); err != nil {
		return err
	}
	const warm, measured = 200, 2000
	var took []float64
	for i := range warm + measured {
		doc := sketch(n + i)
		err := store.View(ctx, func(tx desk.Tx) error {
			began := time.Now()
			_, err := discoverer.Place(ctx, tx, []desk.TopicDoc{doc})
			if i >= warm {
				took = append(took, float64(time.Since(began).Microseconds())/1e3)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(took)
	put(beside("topic/assign_p50_ms", took[len(took)/2], "ms", 2))
	put(beside("topic/assign_p99_ms", took[len(took)*99/100], "ms", 2))
	return nil
}

// benchSearch: within how many milliseconds 99 of 100 searches give their first page,
// with how many there are and the topics they stand in, on a database that holds a
// million items. Words are as frequent as any, or in one item of many thousand, alone
// and together, as phrases, narrowed by a field, or in none.
func benchSearch(ctx context.Context, log *slog.Logger, put func(figure)) error {
	n, err := held()
	if err != nil {
		return err
	}
	s, err := newSetting(log)
	if err != nil {
		return err
	}
	stop, err := s.withStore(ctx)
	if err != nil {
		return err
	}
	defer stop()
	d, src, err := s.desk(ctx)
	if err != nil {
		return err
	}
	text := short(mixed(s.texts))
	if err := fillItems(ctx, s, src, n, text); err != nil {
		return err
	}
	searches := searches(text, s.segmenter)
	who := desk.Actor{Name: "bench", Roles: []desk.Role{desk.RoleDuty}, Via: "web"}
	var took []float64
	worst := map[string]float64{}
	for round := range 8 {
		for _, c := range searches {
			began := time.Now()
			if _, err := d.Search(ctx, who, c.search); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if ms := float64(time.Since(began).Microseconds()) / 1e3; round > 0 { // the first warms
				took = append(took, ms)
				worst[c.name] = max(worst[c.name], ms)
			}
		}
	}
	slices.Sort(took)
	put(beside("search/p50_ms", took[len(took)/2], "ms", 50))
	put(beside("search/p99_ms", took[len(took)*99/100], "ms", 50))
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		put(beside("search/worst_ms "+name, worst[name], "ms", 50))
	}
	return nil
}

func fillItems(ctx context.Context, s *setting, src desk.Source, n int, text func(int) desk.Text) error {
	store, segmenter := s.store, s.segmenter
	if err := run(ctx, store, `DROP INDEX item_tokens`,
		fmt.Sprintf(`INSERT INTO raw (source_id, content_type, bytes, digest, received_at, done) VALUES (%d, 'application/json', '', '', now(), true)`, src.ID),
		fmt.Sprintf(`INSERT INTO topic (title, first_at, last_at, count, heat) SELECT '话题 ' || i, now(), now(), 4, i %% 97 FROM generate_series(1, %d) i`, n/4+1)); err != nil {
		return err
	}
	kinds, from := []string{"投诉", "求助", "咨询", "建议", "举报", "表扬"}, time.Now().AddDate(0, -3, 0)
	if err := fill(ctx, store, n, []string{`COPY item (source_id, channel, external_id, title, body, place, url, author_name, author_phone, received_at,
		raw_id, raw_part, digest, kind, region, tokens, topic_id) FROM STDIN`}, func(i int, out []*strings.Builder) {
		t := text(i)
		at := from.Add(time.Duration(i) * 90 * 24 * time.Hour / time.Duration(n)).UTC().Format(time.RFC3339)
		fmt.Fprintf(out[0], "%d\thotline\tM-%d\t%s\t%s\t\t\t\t\t%s\t1\t%d\t\\\\x00\t%s\t%d\t%s\t%d\n", src.ID, i, escape.Replace(t.Title), escape.Replace(t.Body), at,
			i, kinds[i%7%len(kinds)], 110101+i%40, escape.Replace(vector(segmenter, t)), i/4+1)
	}); err != nil {
		return err
	}
	return run(ctx, store, `CREATE INDEX item_tokens ON item USING gin (tokens)`, `VACUUM ANALYZE item`, `VACUUM ANALYZE topic`, `CHECKPOINT`)
}

var inQuotes = strings.NewReplacer("'", "''", "\\", "\\\\")

// vector is the words of a text in the text form of a tsvector.
func vector(segmenter *jieba.Segmenter, t desk.Text) string {
	var b strings.Builder
	for _, w := range append(segmenter.Cut(t.Title), segmenter.Cut(t.Body)...) {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			b.WriteString("'" + inQuotes.Replace(w) + "' ")
		}
	}
	return b.String()
}

type named struct {
	name   string
	search desk.Search
}

// searches are of words by how many items have them.
func searches(text func(int) desk.Text, segmenter *jieba.Segmenter) (list []named) {
	times := map[string]int{}
	for i := range 20_000 {
		seen := map[string]bool{}
		for _, w := range segmenter.Cut(text(i).Body) {
			if len(w) >= 6 && w >= "一" && !seen[w] {
				seen[w] = true
				times[w]++
			}
		}
	}
	words := slices.SortedFunc(maps.Keys(times), func(a, b string) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b)) })
	add := func(name string, s desk.Search) {
		s.Page = desk.Page{Limit: 50, Newest: true}
		list = append(list, named{name, s})
	}
	for i := range 10 {
		add("frequent", desk.Search{Words: []string{words[i]}})
		add("usual", desk.Search{Words: []string{words[min(200+20*i, len(words)-1)]}})
		add("rare", desk.Search{Words: []string{words[len(words)*(50+4*i)/100]}})
		add("two frequent", desk.Search{Words: []string{words[i], words[i+10]}})
		add("frequent and rare", desk.Search{Words: []string{words[i], words[len(words)*(50+4*i)/100]}})
		add("phrase", desk.Search{Phrases: []string{words[min(40+i, len(words)-1)]}})
		add("field", desk.Search{Words: []string{words[i]}, Kind: "举报", Region: "11012"})
		add("none", desk.Search{Words: []string{words[i] + "不存在的词"}})
	}
	return list
}
