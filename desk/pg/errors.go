package pg

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiying/desk"
)

const (
	retrySoon  = 5 * time.Second  // a restart, a failover
	retryLater = 30 * time.Second // a full disk: somebody must act
)

// broken names the rules of the database that people can run into.
var broken = map[string]struct{ field, text string }{
	"person_name_key":                    {"name", "这个用户名已经有人使用"},
	"source_name_key":                    {"name", "这个来源名称已经有了"},
	"token_pkey":                         {"", "密钥重复，请重新生成"},
	"clock_one_running":                  {"", "这条时限已经在计时，请刷新后再看"},
	"release_version_pkey":               {"", "文稿已有新的版本，请刷新后重试"},
	"secrecy_review_release_id_version_": {"", "文稿已变更，请按新的版本审查"},
	"sign_off_release_id_version_":       {"", "文稿已变更，请按新的版本审签"},
	"publication_release_id_version_":    {"", "文稿已变更，须按签发的版本发布"},
	"briefing_room_free":                 {"room", "会场在这段时间已被占用"},
	"briefing_speaker_free":              {"speakers", "发布人在这段时间已有安排"},
	"incident_change_check":              {"", "须由提出者以外的第二人确认"},
}

// translate makes a *desk.Error of what the database or the line to it says. What
// a use case refused by itself passes through.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var own *desk.Error
	if errors.As(err, &own) {
		return err
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return translateAnswer(answer, err)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	var dead notBegun
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return &desk.Error{Code: desk.CodeNotFound, Text: "没有找到这条记录", Cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &dead), errors.As(err, &connect), errors.As(err, &network),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		pgconn.SafeToRetry(err), strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "closed pool"):
		return desk.Unavailable(err, retrySoon)
	}
	return err
}

// translateAnswer maps an SQLSTATE, by class where the class is enough.
func translateAnswer(answer *pgconn.PgError, err error) error {
	code := answer.Code
	switch code {
	case "53100", "58030": // disk full, I/O error
		return desk.Unavailable(err, retryLater)
	case "25006": // read-only transaction: the address leads to a standby after a failover
		return desk.Unavailable(err, retryLater)
	case "57014", "55P03", "25P03": // statement, lock or idle time is over
		return desk.Unavailable(err, retrySoon)
	case "23502": // a hole in our own row
		return internal(err)
	case "23505", "23P01", "23503", "23514":
		return conflictOf(answer, err)
	}
	switch code[:2] {
	case "08", "53", "57", "58", "40": // connection, resources, shutdown, I/O, lost to another
		return desk.Unavailable(err, retrySoon)
	case "22": // NUL, invalid UTF-8, a number too big
		return &desk.Error{Code: desk.CodeInvalid, Text: "含有无法保存的字符或数值，请检查后重试", Cause: err}
	}
	return internal(err)
}

func internal(err error) error {
	return &desk.Error{Code: desk.CodeInternal, Text: "系统内部错误，已记录；请稍后重试或联系管理员", Cause: err}
}

func conflictOf(answer *pgconn.PgError, err error) error {
	e := &desk.Error{Code: desk.CodeConflict, Text: "与现有记录冲突，请刷新后重试", Cause: err}
	if known, ok := broken[answer.ConstraintName]; ok {
		e.Field, e.Text = known.field, known.text
		return e
	}
	for name, known := range broken { // generated names of foreign keys end in digits or "fkey"
		if strings.HasSuffix(name, "_") && strings.HasPrefix(answer.ConstraintName, name) {
			e.Field, e.Text = known.field, known.text
			return e
		}
	}
	if answer.Code == "23503" {
		e.Text = "所引用的记录不存在，请刷新后重试"
	}
	return e
}

// notBegun is a line that turned out to be dead at BEGIN.
type notBegun struct{ error }

func (e notBegun) Unwrap() error { return e.error }

// repeatable says whether the act left nothing behind and running it again will
// do: a dead line at BEGIN, a deadlock, a serialization failure, or a plan made
// before a migration.
func repeatable(err error) bool {
	var dead notBegun
	if errors.As(err, &dead) {
		return true
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	return answer.Code == "40001" || answer.Code == "40P01" ||
		answer.Code == "0A000" && strings.Contains(answer.Message, "cached plan")
}
