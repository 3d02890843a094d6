package desk

import (
	"context"
	"time"
)

// LetterSpool keeps the letters of an outer node that has no connection to the
// office's database, until they have been carried inside.
type LetterSpool interface {
	// Secret is the box's own, of 32 random bytes, always the same.
	Secret(ctx context.Context) ([]byte, error)
	// SpoolLetter keeps a letter durably. isNew is false when the code is somebody
	// else's; the same form again changes nothing.
	SpoolLetter(ctx context.Context, l Letter, in Incoming) (isNew bool, err error)
	// SpooledByForm gives a letter by its form; CodeNotFound.
	SpooledByForm(ctx context.Context, form []byte) (Letter, error)
	// SpooledState tells how a letter stands, as the office has told last; CodeNotFound.
	SpooledState(ctx context.Context, code []byte) (LetterState, error)
}

// OuterBox is the public letter box of an outer node: to whoever writes it is the same
// as the office's own.
type OuterBox struct {
	Spool LetterSpool
	Now   func() time.Time
}

func (b OuterBox) secret(ctx context.Context) (boxSecret, error) {
	s, err := b.Spool.Secret(ctx)
	if err == nil && len(s) < 32 {
		err = &Error{Code: CodeInternal, Text: "信箱的密钥无法读取，请联系系统管理员"}
	}
	return s, err
}

// NewLetterForm is Desk.NewLetterForm.
func (b OuterBox) NewLetterForm(ctx context.Context) (token string, err error) {
	secret, err := b.secret(ctx)
	if err != nil {
		return "", err
	}
	return secret.newToken(b.Now()), nil
}

// SendLetter is Desk.SendLetter: once it gives the code, the letter is on the disk of
// this node, and stays there until the office has confirmed it.
func (b OuterBox) SendLetter(ctx context.Context, f LetterForm) (code string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	secret, err := b.secret(ctx)
	if err != nil {
		return "", err
	}
	now := b.Now()
	key, err := secret.readToken(f.Token, now)
	if err != nil {
		return "", err
	}
	key = f.key(secret, key)
	form := secret.form(key)
	was, err := b.Spool.SpooledByForm(ctx, form)
	if err == nil {
		return secret.code(key, was.Attempt), nil // sent before
	}
	if CodeOf(err) != CodeNotFound {
		return "", err
	}
	for attempt := range codeTries {
		code = secret.code(key, attempt)
		digest, err := secret.digest(code)
		if err != nil {
			return "", &Error{Code: CodeInternal, Cause: err}
		}
		l := Letter{Form: form, Code: digest, Attempt: attempt, CreatedAt: now}
		in := f.incoming(l)
		in.OccurredAt, in.Extra = &now, &Extra{Outer: true}
		isNew, err := b.Spool.SpoolLetter(ctx, l, in)
		if err != nil {
			return "", err
		}
		if isNew {
			return code, nil
		}
	}
	return "", &Error{Code: CodeInternal, Text: "保存失败，请重试"}
}

// LetterByCode is Desk.LetterByCode, as of what the office has told last.
func (b OuterBox) LetterByCode(ctx context.Context, typed string) (st LetterState, err error) {
	code, err := ParseCode(typed)
	if err != nil {
		return st, err
	}
	secret, err := b.secret(ctx)
	if err != nil {
		return st, err
	}
	digest, err := secret.digest(code)
	if err != nil {
		return st, &Error{Code: CodeInternal, Cause: err}
	}
	if st, err = b.Spool.SpooledState(ctx, digest); CodeOf(err) == CodeNotFound {
		return LetterState{}, errNoLetter
	}
	return st, err
}
