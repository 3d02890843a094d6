package pg

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// found keeps to what a search asks for beside words.
func (w *where) found(scope desk.Scope, s desk.ItemSearch) {
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
}

// terms keeps to the words and phrases of a search: each is met by the index of tokens, in
// any of the ways in which it may have been cut; among the newest items, those behind an
// id, whose words the segmenter may have cut in yet another way, by its letters too;
// everyItem has none of those.
func (w *where) terms(s desk.ItemSearch, newest int64) {
	for _, t := range s.Terms {
		if s.NoNumbers && digits(t.Text) > shortNumber {
			w.add("i.external_id = ?", t.Text)
			continue
		}
		token, args := "i.tokens @@ (?::text)::tsquery", []any{cutQuery(t.Cuts)}
		letters := "i.title " + like(t.Text) + " ? OR i.body " + like(t.Text) + " ?"
		pattern := contains(t.Text)
		switch {
		case t.Phrase && newest == everyItem:
			w.add(token+" AND ("+letters+")", append(args, pattern, pattern)...)
		case t.Phrase:
			w.add("("+token+" OR i.id > ?) AND ("+letters+")", append(args, newest, pattern, pattern)...)
		case newest == everyItem:
			w.add(token, args...)
		default:
			w.add("("+token+" OR i.id > ? AND ("+letters+" OR i.external_id = ?))", append(args, newest, pattern, pattern, t.Text)...)
		}
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

// planned has a statement planned for its very values.
func planned(args []any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }

func (t *tx) FindItems(ctx context.Context, scope desk.Scope, s desk.ItemSearch) ([]int64, error) {
	if len(s.Terms) == 0 {
		var w where
		w.found(scope, s)
		p := s.Page
		p.Newest = true
		rest := w.page("i.id", p)
		return all(ctx, t, pgx.RowTo[int64], "SELECT i.id FROM item i"+rest, planned(w.args)...)
	}
	return t.newest(ctx, s.Page, func(w *where) { w.found(scope, s) }, func(w *where, newest int64) { w.terms(s, newest) })
}

func (t *tx) TopicsOf(ctx context.Context, scope desk.Scope, items []int64, limit int) ([]desk.Topic, error) {
	var w where
	w.add("tp.id IN (SELECT topic_id FROM item WHERE id = ANY (?))", items)
	w.topics(scope)
	return all(ctx, t, pgx.RowToStructByNameLax[desk.Topic], topicSelect+w.sql()+" ORDER BY tp.heat DESC, tp.id DESC LIMIT "+w.arg(limit), w.args...)
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
