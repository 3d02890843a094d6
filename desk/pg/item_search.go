package pg

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const (
	// maxLexeme and maxVector stay below what a tsvector takes (2,046 bytes a word,
	// 1 MiB in all). A longer word isn't one; it is found by its beginning.
	maxLexeme = 255
	maxVector = 512 << 10
	// A search looks at so many words of so many runes; beyond that it doesn't help.
	maxWords    = 8
	maxWordRune = 64
	// recent is how many of the newest items are also searched letter by letter, for
	// words that the segmenter cut differently. Older ones are found by their tokens.
	// Each costs some microseconds.
	recent = 2000
)

var (
	inQuotes  = strings.NewReplacer(`\`, `\\`, `'`, `''`)
	inPattern = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
)

// lexeme cuts a token to what the index takes.
func lexeme(token string) string {
	if len(token) <= maxLexeme {
		return token
	}
	cut := maxLexeme
	for cut > 0 && !utf8.RuneStart(token[cut]) {
		cut--
	}
	return token[:cut]
}

// quoted is a lexeme in the text form of tsvector and tsquery.
func quoted(token string) string {
	return "'" + inQuotes.Replace(lexeme(token)) + "'"
}

// lexemes are tokens as a tsvector holds them: sorted, each once, bounded.
func lexemes(tokens []string) []string {
	list := make([]string, 0, len(tokens))
	size := 0
	for _, token := range tokens {
		if token == "" || !utf8.ValidString(token) || strings.IndexByte(token, 0) >= 0 {
			continue
		}
		if size += len(token) + 3; size > maxVector {
			break
		}
		list = append(list, lexeme(token))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// vector is the text form of a tsvector; nil where there are no tokens.
func vector(tokens []string) *string {
	if tokens == nil {
		return nil
	}
	var b strings.Builder
	for _, w := range lexemes(tokens) {
		b.WriteString("'" + inQuotes.Replace(w) + "' ")
	}
	s := b.String()
	return &s
}

// words are what a search asks for, bounded.
func words(query string) []string {
	fields := strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(query, "\x00", " "), " "))
	fields = fields[:min(len(fields), maxWords)]
	for i, f := range fields {
		if r := []rune(f); len(r) > maxWordRune {
			fields[i] = string(r[:maxWordRune])
		}
	}
	return fields
}

// shortNumber is the figure up to which a word can't be a good part of somebody's number.
const shortNumber = 5

// digits counts the figures in a word, of whatever width.
func digits(word string) (n int) {
	for _, r := range word {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// like is the operator that finds a word in a text, whatever its case. Chinese has
// none: it is compared as it stands, where ILIKE would first write every text anew in
// small letters, which takes ten times as long.
func like(word string) string {
	for _, r := range word {
		if !unicode.Is(unicode.Han, r) && (r >= 0x80 || unicode.IsLetter(r)) {
			return "ILIKE"
		}
	}
	return "LIKE"
}

// contains is a pattern for like.
func contains(word string) string {
	return "%" + inPattern.Replace(word) + "%"
}

// search asks for items that have all the words of a query: as tokens or, among those
// behind the newest, each as a token or as letters.
func (w *where) search(f desk.ItemFilter, newest int64) {
	ws := words(f.Query)
	if f.NoNumbers {
		ws = slices.DeleteFunc(ws, func(word string) bool {
			long := digits(word) > shortNumber
			if long {
				w.add("i.external_id = ?", word)
			}
			return long
		})
	}
	if len(ws) == 0 {
		return
	}
	tokens := make([]string, len(ws))
	for i, word := range ws {
		tokens[i] = quoted(strings.ToLower(word))
	}
	if f.ByWords || newest == everyItem {
		w.add("i.tokens @@ (?::text)::tsquery", strings.Join(tokens, " & "))
		return
	}
	cond := "(i.tokens @@ (?::text)::tsquery OR i.id > ?"
	args := []any{strings.Join(tokens, " & "), newest}
	for i, word := range ws {
		cond += " AND (i.tokens @@ (?::text)::tsquery OR i.title " + like(word) + " ? OR i.body " + like(word) + " ? OR i.external_id = ?)"
		args = append(args, tokens[i], contains(word), contains(word), word)
	}
	w.add(cond+")", args...)
}

// category keeps to a category with all that lies below it.
func (w *where) category(path string) {
	if path != "" {
		w.add("(i.category = ? OR starts_with(i.category, ?))", path, path+"/")
	}
}

// items keeps to what a filter chooses beside words.
func (w *where) items(scope desk.Scope, f desk.ItemFilter) {
	w.scope(scope, "i.region", "i.department", "i.source_id")
	equal(w, "i.channel", f.Channel)
	equal(w, "i.kind", f.Kind)
	w.category(f.Category)
	equal(w, "i.urgency", f.Urgency)
	equal(w, "i.state", f.State)
	equal(w, "i.external_id", f.ExternalID)
	equal(w, "i.topic_id", f.Topic)
	if f.Region != "" { // a code stands for everything below it
		w.add("starts_with(i.region, ?)", f.Region)
	}
	if f.Incident != 0 {
		w.add("i.id IN (SELECT item_id FROM incident_item WHERE incident_id = ?)", f.Incident)
	}
	if f.IDs != nil {
		w.add("i.id = ANY (?)", f.IDs)
	}
	if f.NoNumbers && (f.Query != "" || f.Kind != "" || f.Category != "" || f.Urgency != "") {
		w.add("NOT i.sealed") // finding is as good as reading
	}
}

func (t *tx) ItemByID(ctx context.Context, scope desk.Scope, id int64, lock bool) (desk.Item, error) {
	var w where
	w.add("i.id = ?", id)
	w.scope(scope, "i.region", "i.department", "i.source_id")
	return one(ctx, t, "没有找到这条来件，或不在您的范围内", itemRow, itemSelect+w.sql()+locked(lock, "i"), w.args...)
}

func (t *tx) ListItems(ctx context.Context, scope desk.Scope, f desk.ItemFilter) ([]desk.Item, error) {
	if f.Query != "" && f.Newest {
		ids, err := t.newest(ctx, f.Page, func(w *where) { w.items(scope, f) }, func(w *where, newest int64) { w.search(f, newest) })
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		return t.itemsOf(ctx, ids)
	}
	w, err := t.chosen(ctx, scope, f)
	if err != nil {
		return nil, err
	}
	rest := w.page("i.id", f.Page)
	return all(ctx, t, itemRow, itemSelect+rest, w.args...)
}

// chosen keeps to what a filter chooses, the newest items met by their letters too.
func (t *tx) chosen(ctx context.Context, scope desk.Scope, f desk.ItemFilter) (w where, err error) {
	var last int64
	if f.Query != "" {
		err = t.scan(ctx, `SELECT coalesce(max(id), 0) FROM item`, nil, &last)
	}
	w.items(scope, f)
	w.search(f, last-recent)
	return w, err
}

// itemsOf gives items by their ids, the newest first.
func (t *tx) itemsOf(ctx context.Context, ids []int64) ([]desk.Item, error) {
	return all(ctx, t, itemRow, itemSelect+" WHERE i.id = ANY ($1) ORDER BY i.id DESC", ids)
}

// CountItems counts what ListItems would list in all, of those received since an
// instant; the zero instant counts all.
func (t *tx) CountItems(ctx context.Context, scope desk.Scope, f desk.ItemFilter, since time.Time) (n int, err error) {
	w, err := t.chosen(ctx, scope, f)
	if err != nil {
		return 0, err
	}
	if !since.IsZero() {
		w.add("i.received_at >= ?", since)
	}
	err = t.scan(ctx, "SELECT count(*) FROM item i"+w.sql(), w.args, &n)
	return n, err
}

func (t *tx) ByPhone(ctx context.Context, scope desk.Scope, phone string, limit int) ([]desk.Item, error) {
	if phone == "" {
		return nil, nil
	}
	var w where
	w.add("i.author_phone = ?", phone)
	w.scope(scope, "i.region", "i.department", "i.source_id")
	rest := w.page("i.id", desk.Page{Limit: limit, Newest: true})
	return all(ctx, t, itemRow, itemSelect+rest, w.args...)
}

func (t *tx) ItemVersions(ctx context.Context, id int64) ([]desk.ItemVersion, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.ItemVersion],
		`SELECT version, title, body, digest, raw_id, received_at, extra FROM item_version WHERE item_id = $1 ORDER BY version`, id)
}
