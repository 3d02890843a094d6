package pg

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// foundRecent is how many of the newest items found say what topics there are.
const foundRecent = 300

// find keeps to what a search asks for. All its SQL stands here: each word is met by the
// index of tokens, in any of the ways in which it may have been cut; among the newest
// items, those behind an id, whose words the segmenter may have cut in yet another way,
// by its letters too.
func (w *where) find(scope desk.Scope, s desk.ItemSearch, newest int64) {
	w.scope(scope, "i.region", "i.department", "i.source_id")
	equal(w, "i.channel", s.Channel)
	equal(w, "i.kind", s.Kind)
	w.category(s.Category)
	equal(w, "i.urgency", s.Urgency)
	equal(w, "i.state", s.State)
	equal(w, "i.department", s.Department)
	if s.Region != "" {
		w.add("starts_with(i.region, ?)", s.Region)
	}
	if s.From != nil {
		w.add("i.received_at >= ?", *s.From)
	}
	if s.To != nil {
		w.add("i.received_at < ?", *s.To)
	}
	if s.IDs != nil {
		w.add("i.id = ANY (?)", s.IDs)
	}
	switch {
	case s.Number == "":
	case s.NoNumbers:
		w.add("i.external_id = ?", s.Number)
	default:
		w.add("(i.author_phone = ? OR i.external_id = ?)", s.Number, s.Number)
	}
	if s.NoNumbers {
		w.add("NOT i.sealed") // finding is as good as reading
	}
	for _, t := range s.Terms {
		if s.NoNumbers && digits(t.Text) > shortNumber {
			w.add("i.external_id = ?", t.Text)
			continue
		}
		query := cutQuery(t.Cuts)
		if t.Phrase {
			w.add("(i.tokens @@ (?::text)::tsquery OR i.id > ?) AND (i.title "+like(t.Text)+" ? OR i.body "+like(t.Text)+" ?)",
				query, newest, contains(t.Text), contains(t.Text))
			continue
		}
		w.add("(i.tokens @@ (?::text)::tsquery OR i.id > ? AND (i.title "+like(t.Text)+" ? OR i.body "+like(t.Text)+" ? OR i.external_id = ?))",
			query, newest, contains(t.Text), contains(t.Text), t.Text)
	}
}

// cutQuery is a term's cuts in the text form of a tsquery: any of them, each in whole.
func cutQuery(cuts [][]string) string {
	var ways []string
	for _, cut := range cuts {
		var whole []string
		for _, token := range cut[:min(len(cut), 4*maxWords)] {
			if token = strings.TrimSpace(token); token != "" {
				whole = append(whole, quoted(token))
			}
		}
		if len(whole) > 0 {
			ways = append(ways, "("+strings.Join(whole, " & ")+")")
		}
	}
	return strings.Join(slices.Compact(ways), " | ")
}

// found builds the search. Whether to go through the newest items or through the index
// depends on how frequent the words are: the statement is planned for its very values,
// and the id behind which items are new is one of them, or the planner would take a
// third of all items for new.
func (t *tx) found(ctx context.Context, scope desk.Scope, s desk.ItemSearch) (w where, err error) {
	var last int64
	if len(s.Terms) > 0 {
		err = t.scan(ctx, `SELECT coalesce(max(id), 0) FROM item`, nil, &last)
	}
	w.find(scope, s, last-recent)
	return w, err
}

// planned has a statement planned for its very values.
func planned(args []any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }

func (t *tx) SearchItems(ctx context.Context, scope desk.Scope, s desk.ItemSearch) ([]desk.Item, error) {
	w, err := t.found(ctx, scope, s)
	if err != nil {
		return nil, err
	}
	rest := w.page("i.id", s.Page)
	return all(ctx, t, itemRow, itemSelect+rest, planned(w.args)...)
}

func (t *tx) CountFound(ctx context.Context, scope desk.Scope, s desk.ItemSearch, limit int) (n int, err error) {
	w, err := t.found(ctx, scope, s)
	if err != nil {
		return 0, err
	}
	sql := "SELECT count(*) FROM (SELECT FROM item i" + w.sql() + " LIMIT " + w.arg(limit) + ") x"
	err = t.scan(ctx, sql, planned(w.args), &n)
	return n, err
}

func (t *tx) FoundTopics(ctx context.Context, scope desk.Scope, s desk.ItemSearch, limit int) ([]desk.Topic, error) {
	w, err := t.found(ctx, scope, s)
	if err != nil {
		return nil, err
	}
	w.add("i.topic_id IS NOT NULL")
	newest := "SELECT DISTINCT topic_id FROM (SELECT i.topic_id FROM item i" + w.sql() + " ORDER BY i.id DESC LIMIT " + w.arg(foundRecent) + ") n"
	more := where{args: w.args}
	more.add("tp.id IN (" + newest + ")")
	more.topics(scope)
	sql := topicSelect + more.sql() + " ORDER BY tp.heat DESC, tp.id DESC LIMIT " + more.arg(limit)
	return all(ctx, t, pgx.RowToStructByNameLax[desk.Topic], sql, planned(more.args)...)
}

// letters asks for records that have each word or phrase in one of their columns.
func (w *where) letters(s desk.Search, columns ...string) {
	for _, word := range append(slices.Clone(s.Words), s.Phrases...) {
		var conds []string
		var args []any
		for _, c := range columns {
			conds = append(conds, c+" "+like(word)+" ?")
			args = append(args, contains(word))
		}
		w.add("("+strings.Join(conds, " OR ")+")", args...)
	}
}

func (t *tx) SearchIncidents(ctx context.Context, scope desk.Scope, s desk.Search, limit int) ([]desk.Incident, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	w.letters(s, "n.title", "n.summary", "n.place")
	w.within(s, "n.region", "n.raised_at")
	rest := w.page("n.id", desk.Page{Limit: limit, Newest: true})
	return all(ctx, t, incidentRow, incidentSelect+rest, w.args...)
}

func (t *tx) SearchReleases(ctx context.Context, scope desk.Scope, s desk.Search, limit int) ([]desk.Release, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	w.letters(s, "v.title", "v.body")
	w.within(s, "n.region", "r.changed_at")
	rest := w.page("r.id", desk.Page{Limit: limit, Newest: true})
	releases, err := all(ctx, t, releaseRow, releaseSelect+rest, w.args...)
	if err != nil {
		return nil, err
	}
	return releases, t.fillReleases(ctx, releases)
}

// within keeps to the place and the days of a search.
func (w *where) within(s desk.Search, region, at string) {
	if s.Region != "" {
		w.add("starts_with("+region+", ?)", s.Region)
	}
	if s.From != nil {
		w.add(at+" >= ?", *s.From)
	}
	if s.To != nil {
		w.add(at+" < ?", *s.To)
	}
}

func (t *tx) TopicDocs(ctx context.Context, items []int64) (map[int64]desk.TopicDoc, error) {
	return t.docs(ctx, items)
}
