package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// PutLetters does nothing, and asks nothing, for items that are words alone.
func (t *tx) PutLetters(ctx context.Context, items []desk.Item) error {
	batch := &pgx.Batch{}
	for _, it := range items {
		if it.Auto != "" || it.Sealed || it.Version > 1 {
			batch.Queue(`UPDATE item SET auto = $2, sealed = $3 WHERE id = $1`, it.ID, it.Auto, it.Sealed)
		}
		for _, ref := range it.Refs {
			batch.Queue(`INSERT INTO item_ref (item_id, ref) VALUES ($1, $2) ON CONFLICT DO NOTHING`, it.ID, ref)
		}
		for i, f := range it.Files {
			var digest []byte
			if f.Refused == "" {
				digest = f.Digest
				batch.Queue(`INSERT INTO file (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING`, f.Digest, f.Bytes)
			}
			batch.Queue(`INSERT INTO item_file (item_id, version, n, name, kind, size, digest, refused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT DO NOTHING`, it.ID, it.Version, i+1, f.Name, f.Kind, f.Size, digest, f.Refused)
		}
	}
	if batch.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, batch).Close())
}

func fileRow(row pgx.CollectableRow) (f desk.File, err error) {
	err = row.Scan(&f.N, &f.Name, &f.Kind, &f.Size, &f.Digest, &f.Refused)
	return f, err
}

func (t *tx) FilesOf(ctx context.Context, item int64, version int) ([]desk.File, error) {
	return all(ctx, t, fileRow, `SELECT n, name, kind, size, digest, refused FROM item_file WHERE item_id = $1 AND version = $2 ORDER BY n`, item, version)
}

func (t *tx) FileOf(ctx context.Context, item int64, version, n int) (desk.File, error) {
	return one(ctx, t, "没有这个附件", func(row pgx.CollectableRow) (f desk.File, err error) {
		err = row.Scan(&f.N, &f.Name, &f.Kind, &f.Size, &f.Digest, &f.Refused, &f.Bytes)
		return f, err
	}, `SELECT i.n, i.name, i.kind, i.size, i.digest, i.refused, f.bytes FROM item_file i LEFT JOIN file f ON f.digest = i.digest
		WHERE i.item_id = $1 AND i.version = $2 AND i.n = $3`, item, version, n)
}

// threadSize bounds what is shown of one exchange of letters.
const threadSize = 50

// ThreadOf goes by the names of messages, of letters that came by mail alone: an answer may come to another folder
// than the letter, and before it. Letters that answer the same letter belong to the exchange as well.
func (t *tx) ThreadOf(ctx context.Context, scope desk.Scope, it desk.Item) ([]desk.Item, error) {
	var w where
	me, ref := w.arg(it.ID), w.arg(it.ExternalID)
	w.conds = append(w.conds, `i.id IN (
		SELECT item_id FROM item_ref WHERE ref = `+ref+`
		UNION SELECT item_id FROM item_ref WHERE ref IN (SELECT ref FROM item_ref WHERE item_id = `+me+`)
		UNION SELECT o.id FROM item_ref r JOIN source s ON s.kind = 'mailbox' JOIN item o ON o.source_id = s.id AND o.external_id = r.ref WHERE r.item_id = `+me+`)
		AND i.id <> `+me)
	w.scope(scope, "i.region", "i.department", "i.source_id")
	rest := w.page("i.id", desk.Page{Limit: threadSize})
	return all(ctx, t, itemRow, itemSelect+rest, w.args...)
}

func (t *tx) NewLetter(ctx context.Context, l desk.Letter) (bool, error) {
	n, err := t.exec(ctx, `INSERT INTO letter (form, code, attempt, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, l.Form, l.Code, l.Attempt, l.CreatedAt)
	return n == 1, err
}

const letterSelect = `SELECT form, code, attempt, created_at FROM letter WHERE `

func (t *tx) LetterByForm(ctx context.Context, form []byte) (desk.Letter, error) {
	return one(ctx, t, "没有这封来信", pgx.RowToStructByName[desk.Letter], letterSelect+`form = $1`, form)
}

func (t *tx) LetterByCode(ctx context.Context, code []byte) (desk.Letter, error) {
	return one(ctx, t, "没有这封来信", pgx.RowToStructByName[desk.Letter], letterSelect+`code = $1`, code)
}

func (t *tx) ItemByExternalID(ctx context.Context, source int64, externalID string) (desk.Item, error) {
	return one(ctx, t, "没有找到这条来件，或不在您的范围内", itemRow, itemSelect+` WHERE i.source_id = $1 AND i.external_id = $2`, source, externalID)
}

func (t *tx) NewReply(ctx context.Context, r desk.Reply) error {
	_, err := t.exec(ctx, `INSERT INTO item_reply (item_id, version, body, person_id, person, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.ItemID, r.Version, r.Body, r.PersonID, r.Person, r.At)
	return err
}

func (t *tx) RepliesOf(ctx context.Context, item int64) ([]desk.Reply, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Reply], `SELECT item_id, version, body, person_id, person, at FROM item_reply WHERE item_id = $1 ORDER BY version`, item)
}

// Hasten leaves a failing source its back-off: something outside must not have it
// polled over and over.
func (t *tx) Hasten(ctx context.Context, id int64, at time.Time) (bool, error) {
	n, err := t.exec(ctx, `UPDATE source SET next_poll_at = least(next_poll_at, $2) WHERE id = $1 AND state = 'active' AND failures = 0
		AND (leased_until IS NULL OR leased_until <= $2)`, id, at)
	if n == 1 {
		t.wake(WakeSource)
	}
	return n == 1, err
}
