package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const personSelect = `
	SELECT id, name, display_name, password_hash, roles, region, department, failed_logins, locked_until, disabled_at, created_at FROM person`

func (t *tx) NewPerson(ctx context.Context, p *desk.Person) error {
	return t.scan(ctx, `
		INSERT INTO person (name, display_name, password_hash, roles, region, department, failed_logins, locked_until, disabled_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		[]any{p.Name, p.DisplayName, p.PasswordHash, p.Roles, p.Region, p.Department, p.FailedLogins, p.LockedUntil, p.DisabledAt, p.CreatedAt}, &p.ID)
}

func (t *tx) PersonByName(ctx context.Context, name string, lock bool) (desk.Person, error) {
	return one(ctx, t, "没有这个用户", pgx.RowToStructByName[desk.Person], personSelect+` WHERE name = $1`+locked(lock, "person"), name)
}

func (t *tx) PersonByID(ctx context.Context, id int64, lock bool) (desk.Person, error) {
	return one(ctx, t, "没有这个用户", pgx.RowToStructByName[desk.Person], personSelect+` WHERE id = $1`+locked(lock, "person"), id)
}

func (t *tx) ListPeople(ctx context.Context) ([]desk.Person, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Person], personSelect+` ORDER BY id`)
}

func (t *tx) SavePerson(ctx context.Context, p desk.Person) error {
	return t.execOne(ctx, desk.NotFound("没有这个用户"), `
		UPDATE person SET name = $2, display_name = $3, password_hash = $4, roles = $5, region = $6, department = $7, failed_logins = $8,
			locked_until = $9, disabled_at = $10
		WHERE id = $1`,
		p.ID, p.Name, p.DisplayName, p.PasswordHash, p.Roles, p.Region, p.Department, p.FailedLogins, p.LockedUntil, p.DisabledAt)
}

func (t *tx) NewToken(ctx context.Context, digest []byte, person, source int64, at time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO token (digest, person_id, source_id, created_at) VALUES ($1, $2, $3, $4)`,
		digest, null(person), null(source), at)
	return err
}

func (t *tx) DropTokens(ctx context.Context, person, source int64) error {
	_, err := t.exec(ctx, `DELETE FROM token WHERE person_id = $1 OR source_id = $2`, null(person), null(source))
	return err
}

func (t *tx) ByToken(ctx context.Context, digest []byte) (person, source int64, err error) {
	type owner struct{ Person, Source int64 }
	o, err := one(ctx, t, "密钥无效", pgx.RowToStructByPos[owner],
		`SELECT coalesce(person_id, 0), coalesce(source_id, 0) FROM token WHERE digest = $1`, digest)
	return o.Person, o.Source, err
}
