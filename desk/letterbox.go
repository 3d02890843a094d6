package desk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// LetterSource is the name and kind of the source that letters of the public letter
// box (公众信箱) come from.
const LetterSource = "letters"

// Limits of a letter written in the public box, in runes.
const (
	MaxLetterTitle = 100
	MaxLetterWords = 5_000
	MaxLetterName  = 50
	MaxReply       = 10_000
)

const (
	// letterSoon is quicker than anybody fills in a form; letterLate is how long one may take.
	letterSoon = 3 * time.Second
	letterLate = 24 * time.Hour
	// codeTries is how many codes may be somebody else's already.
	codeTries = 20
)

// LetterForm is a letter as somebody of the public writes it.
type LetterForm struct {
	Token     string // of NewLetterForm
	Trap      string // a field that people don't see
	Title     string
	Words     string
	Name      string
	Phone     string
	Place     string
	Anonymous bool // 匿名: name and phone aren't kept at all
	Sealed    bool // 保密: only those who may see personal data see the letter
}

// Letter is what is stored of a letter beside the item: digests.
type Letter struct {
	Form, Code []byte
	Attempt    int
	CreatedAt  time.Time
}

func (l Letter) externalID() string { return "sha256:" + hex.EncodeToString(l.Form) }

// LetterState is what somebody with the query code is told. Nothing of what was
// written is in it.
type LetterState struct {
	ReceivedAt time.Time
	State      string // "received", "working", "answered" or "read"
	Reply      *Reply // the newest
}

// boxKey is the setting that holds the box's secret.
const boxKey = "letters.secret"

// box is the letter box's secret, made when first needed.
func (d *Desk) box(ctx context.Context) (secret boxSecret, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		secret, err = readBox(ctx, tx, false)
		return err
	})
	if err != nil || secret != nil {
		return secret, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if secret, err = readBox(ctx, tx, true); err != nil || secret != nil {
			return err
		}
		secret = make(boxSecret, 32)
		rand.Read(secret) //nolint:errcheck // it never fails; it would end the program
		return tx.SetSetting(ctx, boxKey, mustJSON([]byte(secret)))
	})
	return secret, err
}

func readBox(ctx context.Context, tx Tx, lock bool) (boxSecret, error) {
	value, err := tx.Setting(ctx, boxKey, lock)
	if err != nil || value == nil {
		return nil, err
	}
	var b []byte
	if err := json.Unmarshal(value, &b); err != nil || len(b) < 32 {
		return nil, &Error{Code: CodeInternal, Text: "信箱的密钥无法读取，请联系系统管理员", Cause: err}
	}
	return b, nil
}

// NewLetterForm gives the token that a blank form carries: its own random key, when
// it was given out, and that we did.
func (d *Desk) NewLetterForm(ctx context.Context) (token string, err error) {
	secret, err := d.box(ctx)
	if err != nil {
		return "", err
	}
	return secret.newToken(d.Now()), nil
}

func (s boxSecret) newToken(now time.Time) string {
	body := rand.Text() + "." + strconv.FormatInt(now.Unix(), 36)
	return body + "." + hex.EncodeToString(s.mac("token", body)[:16])
}

// readToken gives the form's key, if we gave it out, neither a moment nor days ago.
func (s boxSecret) readToken(token string, now time.Time) (key string, err error) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || len(token) > 200 {
		return "", errFormLost
	}
	body := token[:i]
	if !hmac.Equal([]byte(token[i+1:]), []byte(hex.EncodeToString(s.mac("token", body)[:16]))) {
		return "", errFormLost
	}
	key, at, _ := strings.Cut(body, ".")
	sec, err := strconv.ParseInt(at, 36, 64)
	age := now.Sub(time.Unix(sec, 0))
	switch {
	case err != nil || age > letterLate:
		return "", errFormLost
	case age < letterSoon:
		return "", Invalid("", "提交得太快了，请核对内容后再提交一次")
	}
	return key, nil
}

// errFormLost asks for the same once more, with a form of today.
var errFormLost = Invalid("", "页面打开的时间太长，内容还在，请再提交一次")

// LetterFormLost says that a form has to be given a new token.
func LetterFormLost(err error) bool { return err == error(errFormLost) }

func (f LetterForm) check() error {
	for _, c := range []struct {
		field, value, need string
		max                int
	}{{"title", f.Title, "请填写标题", MaxLetterTitle}, {"words", f.Words, "请填写来信内容", MaxLetterWords}, {"name", f.Name, "", MaxLetterName},
		{"phone", f.Phone, "", MaxPhone}, {"place", f.Place, "", MaxLetterTitle}} {
		n := utf8.RuneCountInString(lineEnds(c.value))
		switch {
		case c.need != "" && strings.TrimSpace(c.value) == "":
			return Invalid(c.field, c.need)
		case n > c.max:
			return Invalid(c.field, "有 %d 字，超过上限 %d 字", n, c.max)
		case !utf8.ValidString(c.value) || strings.ContainsRune(c.value, 0):
			return Invalid(c.field, "含有无法识别的字符（不是有效的 UTF-8）")
		}
	}
	if f.Trap != "" {
		return Invalid("website", "请把这一项留空")
	}
	return nil
}

// SendLetter takes a letter of the public in and gives its query code, which isn't
// kept. The same form sent twice is one letter and gives the same code; with other
// words in it, it is another letter.
func (d *Desk) SendLetter(ctx context.Context, f LetterForm) (code string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	secret, err := d.box(ctx)
	if err != nil {
		return "", err
	}
	now := d.Now()
	key, err := secret.readToken(f.Token, now)
	if err != nil {
		return "", err
	}
	l, code, err := d.keepLetter(ctx, secret, f.key(secret, key), now)
	if err != nil {
		return "", err
	}
	in := f.incoming(l)
	if _, err := d.enter(ctx, LetterSource, ChannelMailbox, mustJSON(in), nil); err != nil {
		return "", err
	}
	return code, nil
}

// incoming is the letter as an item.
func (f LetterForm) incoming(l Letter) Incoming {
	in := Incoming{ExternalID: l.externalID(), Title: strings.TrimSpace(f.Title), Body: lineEnds(f.Words), Place: strings.TrimSpace(f.Place), Sealed: f.Sealed}
	if !f.Anonymous {
		in.Author = Author{Name: strings.TrimSpace(f.Name), Phone: strings.TrimSpace(f.Phone)}
	}
	return in
}

// key is the letter's own, of its form's key and what is written in it: who goes back
// and writes another letter into the same form has sent two.
func (f LetterForm) key(secret boxSecret, form string) string {
	in := f.incoming(Letter{})
	return form + "." + hexOf(secret.mac("letter", in.Title, in.Body, in.Place, in.Author.Name, in.Author.Phone, strconv.FormatBool(in.Sealed)))
}

// lineEnds are one character each, as people count them; a browser sends two.
func lineEnds(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// keepLetter stores what the code is found by.
func (d *Desk) keepLetter(ctx context.Context, secret boxSecret, key string, now time.Time) (l Letter, code string, err error) {
	form := secret.form(key)
	for attempt := range codeTries {
		code = secret.code(key, attempt)
		digest, err := secret.digest(code) // slow: outside the transaction
		if err != nil {
			return l, "", &Error{Code: CodeInternal, Cause: err}
		}
		l = Letter{Form: form, Code: digest, Attempt: attempt, CreatedAt: now}
		isNew := false
		err = d.Store.InTx(ctx, func(tx Tx) error {
			was, err := tx.LetterByForm(ctx, form)
			if err == nil {
				l, code, isNew = was, secret.code(key, was.Attempt), true // sent before
				return nil
			}
			if CodeOf(err) != CodeNotFound {
				return err
			}
			isNew, err = tx.NewLetter(ctx, l)
			return err
		})
		if err != nil || isNew {
			return l, code, err
		}
	}
	return l, "", &Error{Code: CodeInternal, Text: "保存失败，请重试"}
}

// LetterParser reads what SendLetter keeps.
type LetterParser struct{ SeatParser }

// Parse implements Parser.
func (p LetterParser) Parse(src Source, raw Raw, zone *time.Location) ([]Part, error) {
	parts, err := p.SeatParser.Parse(src, raw, zone)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Text: "来信无法读取", Cause: err}
	}
	return parts, nil
}

// MaySeal implements Sealing: a letter may be 保密.
func (LetterParser) MaySeal(Source) bool { return true }

// errNoLetter says no more than it must.
var errNoLetter = NotFound("没有找到这个查询码对应的来信，请核对")

// LetterByCode tells whoever has the code how the letter stands.
func (d *Desk) LetterByCode(ctx context.Context, typed string) (st LetterState, err error) {
	code, err := ParseCode(typed)
	if err != nil {
		return st, err
	}
	secret, err := d.box(ctx)
	if err != nil {
		return st, err
	}
	digest, err := secret.digest(code)
	if err != nil {
		return st, &Error{Code: CodeInternal, Cause: err}
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		l, err := tx.LetterByCode(ctx, digest)
		if CodeOf(err) == CodeNotFound {
			return errNoLetter
		}
		if err != nil {
			return err
		}
		st = LetterState{ReceivedAt: l.CreatedAt, State: "received"}
		src, err := tx.SourceByName(ctx, LetterSource)
		if CodeOf(err) == CodeNotFound {
			return nil // it is on its way
		}
		if err != nil {
			return err
		}
		it, err := tx.ItemByExternalID(ctx, src.ID, l.externalID())
		if CodeOf(err) == CodeNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return st.of(ctx, tx, it)
	})
	return st, err
}

// of fills in how the letter's item stands.
func (st *LetterState) of(ctx context.Context, tx Tx, it Item) error {
	replies, err := tx.RepliesOf(ctx, it.ID)
	if err != nil {
		return err
	}
	switch {
	case len(replies) > 0:
		last := replies[len(replies)-1]
		last.Person, last.PersonID = "", 0
		st.State, st.Reply = "answered", &last
	case it.State == ItemLinked:
		st.State = "working"
	case it.State == ItemSettled:
		st.State = "read"
	}
	return nil
}

// AnswerLetter writes the public reply to a letter of the box, or a new version of it. Version is that which the
// writer has seen, 0 for none.
func (d *Desk) AnswerLetter(ctx context.Context, who Actor, item int64, version int, body string) (r Reply, err error) {
	if err := who.need(ActItemReply); err != nil {
		return r, err
	}
	body = strings.TrimSpace(lineEnds(body))
	switch n := utf8.RuneCountInString(body); {
	case n == 0:
		return r, Invalid("reply", "请填写答复内容")
	case n > MaxReply:
		return r, Invalid("reply", "有 %d 字，超过上限 %d 字", n, MaxReply)
	case !utf8.ValidString(body) || strings.ContainsRune(body, 0):
		return r, Invalid("reply", "含有无法识别的字符（不是有效的 UTF-8）")
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		it, err := tx.ItemByID(ctx, d.scope(who), item, true)
		if err != nil {
			return err
		}
		if it.hidden(who) {
			return Forbidden("这是保密来信，须由有查看权限的同事办理")
		}
		if !it.FromBox() {
			return Conflict("", "只有公众信箱的来信可以公开答复")
		}
		was, err := tx.RepliesOf(ctx, item)
		if err != nil {
			return err
		}
		if len(was) != version {
			return Conflict("reply", "同事刚写过答复，请看过新的一版再保存")
		}
		r = Reply{ItemID: item, Version: version + 1, Body: body, PersonID: who.PersonID, Person: who.Name, At: now}
		if err := tx.NewReply(ctx, r); err != nil {
			return err
		}
		return tx.Record(ctx, it.event(who, now, "item.replied").with(map[string]any{"id": ident(it.ID), "version": r.Version}))
	})
	if err != nil {
		return Reply{}, err
	}
	return r, nil
}

// FromBox says that it came through the public letter box, here or on an outer node:
// it may be answered in public.
func (it Item) FromBox() bool {
	return it.Source == LetterSource || it.Extra != nil && it.Extra.Outer
}

// hidden says that the actor may know only that there is a sealed letter.
func (it Item) hidden(who Actor) bool {
	return it.Sealed && who.SourceID == 0 && !who.May(ActItemReveal)
}

// SealedTitle stands for the words of a sealed letter.
const SealedTitle = "保密来信"

// seal leaves nothing of a sealed letter but that it is there.
func (it *Item) seal() {
	it.Title, it.Body, it.Place, it.URL = SealedTitle, "", "", ""
	it.Author, it.Verdict, it.Corrected, it.Files, it.Refs, it.Extra = Author{}, nil, nil, nil, nil, nil
}
