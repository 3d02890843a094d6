package pg_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiying/desk"
	"huiying/desk/pg"
)

// TestWhatTheDatabaseSaysBecomesADeskError is row 40's half that needs no full
// disk: every refusal is told apart by its code.
func TestWhatTheDatabaseSaysBecomesADeskError(t *testing.T) {
	t.Parallel()
	answer := func(code string) error { return &pgconn.PgError{Code: code, Message: "said"} }
	for name, c := range map[string]struct {
		err   error
		code  desk.Code
		later time.Duration
	}{
		"disk full":            {answer("53100"), desk.CodeUnavailable, 30 * time.Second},
		"too many connections": {answer("53300"), desk.CodeUnavailable, 5 * time.Second},
		"out of memory":        {answer("53200"), desk.CodeUnavailable, 5 * time.Second},
		"shutdown":             {answer("57P01"), desk.CodeUnavailable, 5 * time.Second},
		"starting up":          {answer("57P03"), desk.CodeUnavailable, 5 * time.Second},
		"became a standby":     {answer("25006"), desk.CodeUnavailable, 30 * time.Second},
		"statement timeout":    {answer("57014"), desk.CodeUnavailable, 5 * time.Second},
		"lock timeout":         {answer("55P03"), desk.CodeUnavailable, 5 * time.Second},
		"slept":                {answer("25P03"), desk.CodeUnavailable, 5 * time.Second},
		"deadlock":             {answer("40P01"), desk.CodeUnavailable, 5 * time.Second},
		"line cut":             {fmt.Errorf("write: %w", &net.OpError{Op: "write", Err: errors.New("broken pipe")}), desk.CodeUnavailable, 5 * time.Second},
		"line closed":          {io.ErrUnexpectedEOF, desk.CodeUnavailable, 5 * time.Second},
		"caller gone":          {context.Canceled, desk.CodeUnavailable, 5 * time.Second},
		"unique":               {answer("23505"), desk.CodeConflict, 0},
		"exclusion":            {answer("23P01"), desk.CodeConflict, 0},
		"foreign key":          {answer("23503"), desk.CodeConflict, 0},
		"check":                {answer("23514"), desk.CodeConflict, 0},
		"not null":             {answer("23502"), desk.CodeInternal, 0},
		"text":                 {answer("22021"), desk.CodeInvalid, 0},
		"rights":               {answer("42501"), desk.CodeInternal, 0},
		"our SQL":              {answer("42601"), desk.CodeInternal, 0},
		"no row":               {pgx.ErrNoRows, desk.CodeNotFound, 0},
		"a use case's own":     {fmt.Errorf("raw 7: %w", desk.Forbidden("不行")), desk.CodeForbidden, 0},
		"something else":       {errors.New("else"), desk.CodeInternal, 0},
	} {
		got := pg.Translate(c.err)
		var e *desk.Error
		if desk.CodeOf(got) != c.code || !errors.Is(got, c.err) || errors.As(got, &e) && e.RetryAfter != c.later {
			t.Errorf("%s: %v", name, got)
		}
	}
	if pg.Translate(nil) != nil {
		t.Error("nothing became an error")
	}
}
