package desk

import (
	"context"
	"strings"
	"time"
	"unicode"
)

// Title is what a record is found by: light enough to look through by the thousand.
type Title struct {
	Kind  string // "item", "topic", "incident", "release" or "briefing"
	ID    int64
	Title string    // masked
	Note  string    // channel of an item, level of an incident, state of a release, room of a briefing
	At    time.Time // received, last item, raised, changed, starts
}

const (
	findBatch = 2_000
	findDepth = 20_000 // records looked through, newest first: a day of a city's hotline
)

// findActs says what is needed to find records of a kind.
var findActs = map[string]Act{"item": ActItemRead, "topic": ActItemRead, "incident": ActIncidentRead, "release": ActIncidentRead, "briefing": ActIncidentRead}

// Find looks through the titles of a kind, the newest first, and gives those that are
// like what is looked for: at most limit of the best rank (0), then of the others.
// Numbers of people in a title are hidden before it counts as found: what may not be
// read can't be searched for. Who may not see the kind finds nothing.
func (d *Desk) Find(ctx context.Context, who Actor, kind string, limit int, like func(title string) (rank int, ok bool)) (best []Title, err error) {
	if act, ok := findActs[kind]; !ok || !who.May(act) || limit <= 0 {
		return nil, nil
	}
	scope := d.wide(who)
	if kind == "item" || kind == "topic" {
		scope = d.scope(who)
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		best = nil // the store may run this again
		var rest []Title
		before := int64(0)
		for looked := 0; looked < findDepth && len(best) < limit; looked += findBatch {
			batch, err := tx.Titles(ctx, scope, kind, before, findBatch)
			if err != nil {
				return err
			}
			for _, t := range batch {
				if _, ok := like(t.Title); !ok {
					continue // most aren't; hiding takes longer than looking
				}
				t.Title = MaskText(t.Title)
				rank, ok := like(t.Title)
				switch {
				case ok && rank == 0 && len(best) < limit:
					best = append(best, t)
				case ok && rank > 0 && len(rest) < limit:
					rest = append(rest, t)
				}
			}
			if len(batch) < findBatch || len(best)+len(rest) >= 2*limit {
				break
			}
			before = batch[len(batch)-1].ID
		}
		best = append(best, rest[:min(len(rest), limit-len(best))]...)
		return nil
	})
	return best, err
}

// numbersHidden says whether a search must not reach into numbers of people: for
// whoever may not see them, finding is as good as reading.
func numbersHidden(who Actor) bool { return who.SourceID == 0 && !who.May(ActItemReveal) }

// stillThere says whether the figures searched for stand in what is shown, and not only in what is hidden.
func (it Item) stillThere(query string) bool {
	for _, word := range strings.Fields(query) {
		if strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) && r != '-' }) >= 0 || word == it.ExternalID {
			continue
		}
		if !strings.Contains(it.Title, word) && !strings.Contains(it.Body, word) {
			return false
		}
	}
	return true
}
