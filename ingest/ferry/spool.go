package ferry

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"huiying/desk"
)

var _ desk.LetterSpool = (*Outer)(nil)

// Secret implements desk.LetterSpool.
func (o *Outer) Secret(context.Context) ([]byte, error) { return o.state.Secret, nil }

// SpoolLetter implements desk.LetterSpool. First the code, which is found by nobody
// without the letter, then the letter: a process that dies in between is told the same
// form again.
func (o *Outer) SpoolLetter(_ context.Context, l desk.Letter, in desk.Incoming) (isNew bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	form, code := hex.EncodeToString(l.Form), hex.EncodeToString(l.Code)
	taken, err := o.codes.Read(code, 200)
	switch {
	case err == nil && string(taken) != form:
		return false, nil
	case errors.Is(err, fs.ErrNotExist):
		if err := o.codes.Put(code, []byte(form)); err != nil {
			return false, failed(err)
		}
	case err != nil:
		return false, failed(err)
	}
	if _, err := o.letter(form); err == nil {
		return true, nil // sent before
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, failed(err)
	}
	s := spooled{Code: l.Code, Attempt: l.Attempt, CreatedAt: l.CreatedAt, Incoming: &in, State: desk.FerryLetterBody{State: "received"}}
	if err := putJSON(o.letters, form+".json", s); err != nil {
		return false, failed(err)
	}
	o.pending[form] = true
	return true, nil
}

// SpooledByForm implements desk.LetterSpool.
func (o *Outer) SpooledByForm(_ context.Context, form []byte) (desk.Letter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l, err := o.letter(hex.EncodeToString(form))
	if errors.Is(err, fs.ErrNotExist) {
		return desk.Letter{}, desk.NotFound("没有这封来信")
	}
	if err != nil {
		return desk.Letter{}, failed(err)
	}
	return desk.Letter{Form: form, Code: l.Code, Attempt: l.Attempt, CreatedAt: l.CreatedAt}, nil
}

// SpooledState implements desk.LetterSpool.
func (o *Outer) SpooledState(_ context.Context, code []byte) (st desk.LetterState, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	form, err := o.codes.Read(hex.EncodeToString(code), 200)
	if err == nil {
		var l spooled
		if l, err = o.letter(string(form)); err == nil {
			st = desk.LetterState{ReceivedAt: l.CreatedAt, State: l.State.State}
			if r := l.State.Reply; r != nil {
				st.Reply = &desk.Reply{Version: r.Version, Body: r.Body, At: r.At}
			}
			return st, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return st, desk.NotFound("没有这封来信")
	}
	return st, failed(err)
}

// failed is a disk that doesn't do: the letter isn't taken, and its writer is told so.
func failed(err error) error {
	return &desk.Error{Code: desk.CodeUnavailable, Text: "保存失败，请稍后重试", Cause: err}
}

func (o *Outer) letter(form string) (l spooled, err error) {
	if _, err := hex.DecodeString(form); err != nil || form == "" {
		return l, fs.ErrNotExist
	}
	return l, readJSON(o.letters, form+".json", &l)
}

// formOf is the form in the identity that the letter has inside.
func formOf(externalID string) string { return strings.TrimPrefix(externalID, "sha256:") }

func ownBatch(seq int64) string { return fmt.Sprintf("%012d%s", seq, suffixBatch) }

func seqOf(name string) (int64, error) {
	return strconv.ParseInt(strings.TrimSuffix(name, suffixBatch), 10, 64)
}

func putJSON(f Folder, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.Put(name, b)
}

func readJSON(f Folder, name string, v any) error {
	b, err := f.Read(name, maxState)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
