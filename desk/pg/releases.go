package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

var releaseSelect = `
	SELECT r.id, r.incident_id, n.title, ` + level + `, r.kind, r.state, r.holder_id, ` + personName("p") + `, n.region, r.created_at, r.changed_at,
	       r.lock, r.version, coalesce(v.title, ''), coalesce(v.body, ''), v.digest, coalesce(v.by_id, 0), ` + personName("vp") + `,
	       coalesce(v.at, r.created_at), v.submitted_at
	FROM release r JOIN incident n ON n.id = r.incident_id JOIN person p ON p.id = r.holder_id
	LEFT JOIN release_version v ON v.release_id = r.id AND v.n = r.version LEFT JOIN person vp ON vp.id = v.by_id`

func releaseRow(row pgx.CollectableRow) (r desk.Release, err error) {
	v := &r.Current
	err = row.Scan(&r.ID, &r.IncidentID, &r.Incident, &r.Level, &r.Kind, &r.State, &r.HolderID, &r.Holder, &r.Region, &r.CreatedAt, &r.ChangedAt,
		&r.Lock, &v.N, &v.Title, &v.Body, &v.Digest, &v.ByID, &v.By, &v.At, &v.Submitted)
	v.ReleaseID = r.ID
	r.SubmittedTo = holderNow(r.State, r.Holder)
	return r, err
}

// NewRelease stores the release alone; its text comes by NewVersion.
func (t *tx) NewRelease(ctx context.Context, r *desk.Release) error {
	if r.State == "" {
		r.State = desk.ReleaseDraft
	}
	return t.scan(ctx, `
		INSERT INTO release (incident_id, kind, state, version, holder_id, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING id, lock`,
		[]any{r.IncidentID, r.Kind, r.State, max(r.Current.N, 1), r.HolderID, r.CreatedAt, r.ChangedAt}, &r.ID, &r.Lock)
}

func (t *tx) ReleaseByID(ctx context.Context, scope desk.Scope, id int64, lock bool) (desk.Release, error) {
	var w where
	w.add("r.id = ?", id)
	w.scope(scope, "n.region", "", "")
	r, err := one(ctx, t, "没有找到这份发布稿，或不在您的范围内", releaseRow, releaseSelect+w.sql()+locked(lock, "r"), w.args...)
	if err != nil {
		return r, err
	}
	filled := []desk.Release{r}
	err = t.fillReleases(ctx, filled)
	return filled[0], err
}

func (t *tx) ListReleases(ctx context.Context, scope desk.Scope, f desk.ReleaseFilter) ([]desk.Release, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	equal(&w, "r.state", f.State)
	equal(&w, "r.incident_id", f.Incident)
	rest := w.page("r.id", f.Page)
	releases, err := all(ctx, t, releaseRow, releaseSelect+rest, w.args...)
	if err != nil {
		return nil, err
	}
	return releases, t.fillReleases(ctx, releases)
}

// fillReleases adds what was concluded of the current version: the last review,
// the last sign-off, and the publications.
func (t *tx) fillReleases(ctx context.Context, releases []desk.Release) error {
	if len(releases) == 0 {
		return nil
	}
	at := make(map[int64]*desk.Release, len(releases))
	ids := make([]int64, len(releases))
	for i := range releases {
		ids[i], at[releases[i].ID] = releases[i].ID, &releases[i]
	}
	const current = ` JOIN release r ON r.id = x.release_id AND r.version = x.version WHERE r.id = ANY ($1) ORDER BY x.id`
	reviews, err := all(ctx, t, pgx.RowToStructByName[desk.SecrecyReview], reviewSelect+current, ids)
	if err != nil {
		return err
	}
	for _, v := range reviews {
		at[v.ReleaseID].Review = &v
	}
	signs, err := all(ctx, t, pgx.RowToStructByName[desk.SignOff], signSelect+current, ids)
	if err != nil {
		return err
	}
	for _, v := range signs {
		at[v.ReleaseID].SignOff = &v
	}
	pubs, err := all(ctx, t, publicationRow, publicationSelect+current, ids)
	if err != nil {
		return err
	}
	for _, v := range pubs {
		r := at[v.ReleaseID]
		r.Publications = append(r.Publications, v)
	}
	return nil
}

func (t *tx) SaveRelease(ctx context.Context, r *desk.Release) error {
	err := t.execOne(ctx, moved(), `
		UPDATE release SET state = $3, holder_id = $4, changed_at = $5, lock = lock + 1 WHERE id = $1 AND lock = $2`,
		r.ID, r.Lock, r.State, r.HolderID, r.ChangedAt)
	if err == nil {
		r.Lock++
		r.SubmittedTo = holderNow(r.State, r.Holder)
	}
	return err
}

// NewVersion makes the text the release's current one.
func (t *tx) NewVersion(ctx context.Context, v desk.Version) error {
	if _, err := t.exec(ctx, `
		INSERT INTO release_version (release_id, n, title, body, digest, by_id, at, submitted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.ReleaseID, v.N, v.Title, v.Body, v.Digest, v.ByID, v.At, v.Submitted); err != nil {
		return err
	}
	return t.execOne(ctx, noRelease(), `UPDATE release SET version = $2 WHERE id = $1`, v.ReleaseID, v.N)
}

func noRelease() error { return desk.NotFound("没有找到这份发布稿") }

func (t *tx) Submitted(ctx context.Context, release int64, n int, at time.Time) error {
	return t.execOne(ctx, noRelease(), `UPDATE release_version SET submitted_at = $3 WHERE release_id = $1 AND n = $2`, release, n, at)
}

func (t *tx) Versions(ctx context.Context, release int64) ([]desk.Version, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Version], `
		SELECT v.release_id, v.n, v.title, v.body, v.digest, v.by_id, `+personName("p")+` AS by, v.at, v.submitted_at AS submitted
		FROM release_version v JOIN person p ON p.id = v.by_id WHERE v.release_id = $1 ORDER BY v.n`, release)
}

var reviewSelect = `
	SELECT x.release_id, x.version, x.digest, x.conclusion, x.basis, x.by_id, ` + personName("p") + ` AS by, x.acted_at, x.entered_at
	FROM secrecy_review x JOIN person p ON p.id = x.by_id`

func (t *tx) NewReview(ctx context.Context, r desk.SecrecyReview) error {
	_, err := t.exec(ctx, `
		INSERT INTO secrecy_review (release_id, version, digest, conclusion, basis, by_id, acted_at, entered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, r.ReleaseID, r.Version, r.Digest, r.Conclusion, r.Basis, r.ByID, r.ActedAt, r.EnteredAt)
	return err
}

func (t *tx) Reviews(ctx context.Context, release int64) ([]desk.SecrecyReview, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.SecrecyReview], reviewSelect+` WHERE x.release_id = $1 ORDER BY x.id`, release)
}

var signSelect = `
	SELECT x.release_id, x.version, x.digest, x.signed, x.reason, x.by_id, ` + personName("p") + ` AS by, x.acted_at, x.entered_at
	FROM sign_off x JOIN person p ON p.id = x.by_id`

func (t *tx) NewSignOff(ctx context.Context, s desk.SignOff) error {
	_, err := t.exec(ctx, `
		INSERT INTO sign_off (release_id, version, digest, signed, reason, by_id, acted_at, entered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, s.ReleaseID, s.Version, s.Digest, s.Signed, s.Reason, s.ByID, s.ActedAt, s.EnteredAt)
	return err
}

func (t *tx) SignOffs(ctx context.Context, release int64) ([]desk.SignOff, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.SignOff], signSelect+` WHERE x.release_id = $1 ORDER BY x.id`, release)
}

var publicationSelect = `
	SELECT x.id, x.incident_id, coalesce(x.release_id, 0), coalesce(x.version, 0), x.digest, x.meets, x.issuer, x.channel, x.address, x.note,
	       x.file_name, x.file_type, x.file_digest, x.by_id, ` + personName("p") + `, x.acted_at, x.entered_at
	FROM publication x JOIN person p ON p.id = x.by_id`

func publicationRow(row pgx.CollectableRow) (p desk.Publication, err error) {
	err = row.Scan(&p.ID, &p.IncidentID, &p.ReleaseID, &p.Version, &p.Digest, &p.Meets, &p.Issuer, &p.Channel, &p.Proof.Address, &p.Proof.Note,
		&p.Proof.FileName, &p.Proof.FileType, &p.Proof.Digest, &p.ByID, &p.By, &p.ActedAt, &p.EnteredAt)
	return p, err
}

func (t *tx) NewPublication(ctx context.Context, p *desk.Publication) error {
	var digest []byte
	if p.ReleaseID != 0 {
		digest = p.Digest
	}
	return t.scan(ctx, `
		INSERT INTO publication (incident_id, release_id, version, digest, meets, issuer, channel, address, note, file_name, file_type, file,
			file_digest, by_id, acted_at, entered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		[]any{p.IncidentID, null(p.ReleaseID), null(p.Version), digest, p.Meets, p.Issuer, p.Channel, p.Proof.Address, p.Proof.Note,
			p.Proof.FileName, p.Proof.FileType, p.Proof.File, p.Proof.Digest, p.ByID, p.ActedAt, p.EnteredAt}, &p.ID)
}

func (t *tx) PublicationsOf(ctx context.Context, incident int64) ([]desk.Publication, error) {
	return all(ctx, t, publicationRow, publicationSelect+` WHERE x.incident_id = $1 ORDER BY x.id`, incident)
}

func (t *tx) ProofOf(ctx context.Context, scope desk.Scope, publication int64) (desk.Proof, error) {
	var w where
	w.add("x.id = ?", publication)
	w.scope(scope, "n.region", "", "")
	return one(ctx, t, "没有找到这份发布凭证，或不在您的范围内", proofRow, `
		SELECT x.address, x.note, x.file_name, x.file_type, x.file, x.file_digest
		FROM publication x JOIN incident n ON n.id = x.incident_id`+w.sql(), w.args...)
}

func proofRow(row pgx.CollectableRow) (p desk.Proof, err error) {
	err = row.Scan(&p.Address, &p.Note, &p.FileName, &p.FileType, &p.File, &p.Digest)
	return p, err
}
