package pg

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiying/desk"
)

const urlField = "DATABASE_URL"

// Check says whether the program can live in a database it was given: version,
// encoding, locale, rights in the schema. What is wrong comes back as a
// *desk.Error that names it and what to do: CodeInvalid for what an
// administrator must change, CodeUnavailable for what may pass. What is merely
// unwise is logged.
func Check(ctx context.Context, url, schema string, log *slog.Logger) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return &desk.Error{
			Code: desk.CodeInvalid, Field: urlField, Cause: err,
			Text: "DATABASE_URL 写法不对；应形如 postgres://用户:口令@主机:5432/库名",
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return connectError(config, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	f, err := readFindings(ctx, conn, schema)
	if err != nil {
		return connectError(config, err)
	}
	if f.Fsync != "on" {
		log.Warn("数据库关闭了 fsync，断电会丢失数据；请管理员打开", "fsync", f.Fsync)
	}
	return f.judge(schema)
}

// findings are what the server says of itself.
type findings struct {
	Version      int    // server_version_num, e.g. 150020
	VersionText  string // server_version
	Encoding     string
	Locale       string // LC_CTYPE of the database
	KnowsHan     bool   // its locale takes Chinese characters for letters
	ReadOnly     bool   // a standby, or default_transaction_read_only
	SchemaExists bool
	MayCreate    bool // in the schema, or the schema itself
	Database     string
	User         string
	Fsync        string
}

func readFindings(ctx context.Context, conn *pgx.Conn, schema string) (findings, error) {
	rows, err := conn.Query(ctx, `
		SELECT current_setting('server_version_num')::int AS version,
		       current_setting('server_version') AS version_text,
		       pg_encoding_to_char(d.encoding) AS encoding,
		       d.datctype::text AS locale,
		       pg_encoding_to_char(d.encoding) = 'UTF8' AND -- 应; chr refuses it in other encodings
		         chr(CASE pg_encoding_to_char(d.encoding) WHEN 'UTF8' THEN 24212 ELSE 49 END)
		           ~ '^[[:alpha:]]$' COLLATE "default" AS knows_han,
		       pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS read_only,
		       n.oid IS NOT NULL AS schema_exists,
		       coalesce(has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'),
		                has_database_privilege(d.oid, 'CREATE')) AS may_create,
		       d.datname::text AS database, current_user::text AS "user",
		       current_setting('fsync') AS fsync
		  FROM pg_database d LEFT JOIN pg_namespace n ON n.nspname = $1
		 WHERE d.datname = current_database()`, schema)
	if err != nil {
		return findings{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[findings])
}

// judge names the first thing that keeps the program from living there, the
// deepest first: a new version makes the rest moot.
func (f findings) judge(schema string) error {
	switch {
	case f.Version < MinMajor*10000:
		return desk.Invalid(urlField, "数据库版本是 PostgreSQL %s，需要 %d 或更新；请升级，或不设 DATABASE_URL 由本程序自带数据库", f.VersionText, MinMajor)
	case f.Encoding != "UTF8":
		return desk.Invalid(urlField, "数据库 %s 的编码是 %s，需要 UTF8；请重建：CREATE DATABASE %s ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0", f.Database, f.Encoding, f.Database)
	case !f.KnowsHan:
		return desk.Invalid(urlField, "数据库 %s 的区域设置是 %s，不识汉字，中文检索和比对会出错；请重建：CREATE DATABASE %s ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0", f.Database, f.Locale, f.Database)
	case f.ReadOnly:
		return desk.Invalid(urlField, "数据库 %s 是只读的（备机，或设了 default_transaction_read_only）；请改连主库", f.Database)
	case !f.MayCreate && f.SchemaExists:
		return desk.Invalid(urlField, "用户 %s 无权在模式 %s 中建表；请管理员执行：GRANT USAGE, CREATE ON SCHEMA %s TO %s", f.User, schema, schema, f.User)
	case !f.MayCreate:
		return desk.Invalid(urlField, "用户 %s 无权在数据库 %s 中建立模式；请管理员执行：GRANT CREATE ON DATABASE %s TO %s", f.User, f.Database, f.Database, f.User)
	}
	return nil
}

// connectError says why a database can't be reached, in words that tell whom to
// ask.
func connectError(config *pgx.ConnConfig, err error) error {
	refused := func(text string, args ...any) error {
		return &desk.Error{Code: desk.CodeInvalid, Field: urlField, Text: text, Args: args, Cause: err}
	}
	if answer := new(pgconn.PgError); errors.As(err, &answer) {
		switch answer.Code {
		case "28P01", "28000":
			return refused("数据库不接受用户 %s 登录（用户名、口令或 pg_hba.conf 不符）；请核对 DATABASE_URL", config.User)
		case "3D000":
			return refused("数据库 %s 不存在；请管理员执行：CREATE DATABASE %s ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0", config.Database, config.Database)
		case "42501":
			return refused("用户 %s 无权使用数据库 %s；请管理员授权（GRANT CONNECT, CREATE）", config.User, config.Database)
		}
	}
	return &desk.Error{
		Code: desk.CodeUnavailable, Field: urlField, Cause: err, RetryAfter: 10 * time.Second,
		Text: "连不上数据库 %s:%d；请检查地址、网络和数据库是否已启动",
		Args: []any{config.Host, config.Port},
	}
}
