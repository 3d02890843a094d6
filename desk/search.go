package desk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Search is what somebody looks for. Empty fields choose all; all that are set must hold.
type Search struct {
	Words   []string // each occurs, in any order
	Phrases []string // each occurs just so
	Channel, Kind, Category, Urgency, State,
	Department, Region string // a region stands for everything below it
	Number   string     // a telephone number, or the number an item came with
	From, To *time.Time // received in [From, To)
	Like     int64      // items that resemble this one
	Page
}

// Empty says that nothing is looked for.
func (s Search) Empty() bool {
	return len(s.Words)+len(s.Phrases) == 0 && s.Channel+s.Kind+s.Category+s.Urgency+s.State+s.Department+s.Region+s.Number == "" && s.From == nil && s.To == nil && s.Like == 0
}

// Spoken says that words are looked for, and nothing that only items have.
func (s Search) Spoken() bool {
	return len(s.Words)+len(s.Phrases) > 0 && s.Channel+s.Kind+s.Category+s.Urgency+s.State+s.Department+s.Number == "" && s.Like == 0
}

// Found is what a search gives.
type Found struct {
	Items     []Item
	Scores    []float64 // of Like: how near each is, 0: the same matter in other words
	Count     int       // items in all, counted up to MostCounted; -1: not counted
	Topics    []Topic   // that the newest items stand in, the hottest first
	Incidents []Incident
	Releases  []Release
}

// MostCounted is how far items are counted, and how many of the newest say what topics
// there are; more say nothing to anybody.
const MostCounted = 300

const (
	foundTopics, foundIncidents, foundReleases = 6, 6, 6
	likeMost                                   = 100 // items that resemble one
)

// SearchTerm is a word or phrase as the index takes it: any of the cuts, each of which is
// tokens that an item has all of.
type SearchTerm struct {
	Text   string
	Cuts   [][]string
	Phrase bool // the letters must stand just so
}

// ItemSearch is a search as the store takes it.
type ItemSearch struct {
	Search
	Terms []SearchTerm
	IDs   []int64 // nil: all
	// NoNumbers: long figures find by external id alone, and sealed items aren't found.
	NoNumbers bool
}

// SearchTx finds things by their words.
type SearchTx interface {
	// FindItems lists the ids of what is found, the newest first.
	FindItems(ctx context.Context, scope Scope, s ItemSearch) ([]int64, error)
	// TopicsOf gives the topics that items stand in, the hottest first.
	TopicsOf(ctx context.Context, scope Scope, items []int64, limit int) ([]Topic, error)
	SearchIncidents(ctx context.Context, scope Scope, s Search, limit int) ([]Incident, error)
	SearchReleases(ctx context.Context, scope Scope, s Search, limit int) ([]Release, error)
	// TopicDocs gives what discovery keeps of items.
	TopicDocs(ctx context.Context, items []int64) (map[int64]TopicDoc, error)
}

// Search looks through everything that the actor may see.
func (d *Desk) Search(ctx context.Context, who Actor, s Search) (f Found, err error) {
	if err := who.need(ActItemRead); err != nil {
		return f, err
	}
	if s.Number != "" && numbersHidden(who) && digitsIn(s.Number) > shortNumber {
		return f, Forbidden("按号码查找须有查看个人信息的权限")
	}
	in := ItemSearch{Search: s, Terms: d.terms(ctx, s), NoNumbers: numbersHidden(who)}
	guarded := in.NoNumbers && s.figures()
	err = d.Store.View(ctx, func(tx Tx) error {
		f = Found{Count: -1} // the store may run this again
		scope := d.scope(who)
		var scores map[int64]float64
		if s.Like != 0 {
			if scores, err = d.likeItem(ctx, tx, scope, s.Like); err != nil {
				return err
			}
			in.IDs = make([]int64, 0, len(scores))
			for id := range scores {
				in.IDs = append(in.IDs, id)
			}
			in.Page = Page{Limit: likeMost}
		}
		counted := s.Like == 0 && !guarded
		var newest, ids []int64
		if counted {
			first := in
			first.Page = Page{Limit: MostCounted}
			if newest, err = tx.FindItems(ctx, scope, first); err != nil {
				return err
			}
			f.Count = len(newest)
			ids = newest[:min(len(newest), in.Size())]
		}
		if !counted || s.After != 0 {
			if ids, err = tx.FindItems(ctx, scope, in); err != nil {
				return err
			}
		}
		if len(ids) > 0 {
			if f.Items, err = tx.ListItems(ctx, scope, ItemFilter{IDs: ids, Page: Page{Limit: len(ids), Newest: true}}); err != nil {
				return err
			}
		}
		if s.Like != 0 {
			slices.SortStableFunc(f.Items, func(a, b Item) int {
				switch x, y := scores[a.ID], scores[b.ID]; {
				case x > y:
					return -1
				case x < y:
					return 1
				}
				return int(b.ID - a.ID)
			})
			for _, it := range f.Items {
				f.Scores = append(f.Scores, max(0, scores[it.ID]))
			}
			f.Count = len(f.Items)
			return nil
		}
		if counted && s.After == 0 && len(in.Terms) > 0 && len(newest) > 0 {
			if f.Topics, err = tx.TopicsOf(ctx, scope, newest, foundTopics); err != nil {
				return err
			}
		}
		if !s.Spoken() || !who.May(ActIncidentRead) || s.After != 0 {
			return nil
		}
		if f.Incidents, err = tx.SearchIncidents(ctx, d.wide(who), s, foundIncidents); err != nil {
			return err
		}
		f.Releases, err = tx.SearchReleases(ctx, d.wide(who), s, foundReleases)
		return err
	})
	for i := range f.Items {
		f.Items[i].mask(who)
	}
	for i := range f.Topics {
		f.Topics[i].Title, f.Topics[i].Place = MaskText(f.Topics[i].Title), MaskText(f.Topics[i].Place)
	}
	if guarded {
		f.Items = slices.DeleteFunc(f.Items, func(it Item) bool { return !it.shows(s) })
		f.Count = len(f.Items)
	}
	return f, err
}

// terms cuts words as the classifier cut the items, and in pairs for names that it
// doesn't know: in a sentence they may be cut in another way.
func (d *Desk) terms(ctx context.Context, s Search) (terms []SearchTerm) {
	for i, text := range append(slices.Clone(s.Words), s.Phrases...) {
		t := SearchTerm{Text: text, Phrase: i >= len(s.Words), Cuts: [][]string{{strings.ToLower(text)}}}
		if d.Classifier != nil {
			if r, err := d.Classifier.Read(ctx, Text{Title: text}); err == nil && len(r.Tokens) > 0 {
				t.Cuts = append(t.Cuts, r.Tokens)
			}
		}
		if p := inPairs(text); len(p) > 1 {
			t.Cuts = append(t.Cuts, p)
		}
		terms = append(terms, t)
	}
	return terms
}

// inPairs cuts Chinese text in twos; the last overlaps where the length is odd.
func inPairs(text string) (pairs []string) {
	r := []rune(text)
	for _, c := range r {
		if !unicode.Is(unicode.Han, c) {
			return nil
		}
	}
	for i := 0; i+2 <= len(r); i += 2 {
		pairs = append(pairs, string(r[i:i+2]))
	}
	if n := len(r); n%2 == 1 && n > 2 {
		pairs = append(pairs, string(r[n-2:]))
	}
	return pairs
}

// likeItem gives the items that resemble one, and how near they are.
func (d *Desk) likeItem(ctx context.Context, tx Tx, scope Scope, id int64) (map[int64]float64, error) {
	if _, err := tx.ItemByID(ctx, scope, id, false); err != nil {
		return nil, err
	}
	like := map[int64]float64{}
	near, scores, err := tx.NearOf(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	for i, it := range near {
		like[it.ID] = scores[i]
	}
	docs, err := tx.TopicDocs(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	doc, ok := docs[id]
	if !ok {
		return like, nil
	}
	found, err := tx.Candidates(ctx, []TopicDoc{doc}, likeMost)
	if err != nil {
		return nil, err
	}
	for i, c := range found[0] { // those that share most keys first
		if _, known := like[c.Item]; !known {
			like[c.Item] = -float64(i)
		}
	}
	return like, nil
}

// shortNumber is the figure up to which a word can't be a good part of somebody's number.
const shortNumber = 5

func digitsIn(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// figures says whether figures are looked for, which might be part of somebody's number.
func (s Search) figures() bool {
	return s.Number != "" || slices.ContainsFunc(append(slices.Clone(s.Words), s.Phrases...), func(w string) bool { return digitsIn(w) > 0 })
}

// shows says whether the figures looked for stand in what the reader sees, and not only in what is hidden.
func (it Item) shows(s Search) bool {
	if s.Number != "" && s.Number != it.ExternalID {
		return false
	}
	text := strings.ToLower(it.Title + "\n" + it.Body)
	for _, w := range append(slices.Clone(s.Words), s.Phrases...) {
		if digitsIn(w) > 0 && w != it.ExternalID && !strings.Contains(text, strings.ToLower(w)) {
			return false
		}
	}
	return true
}
