package desk

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Passwords hashes and checks passwords (argon2id outside the domain).
type Passwords interface {
	Hash(password string) (string, error)
	Check(password, hash string) (bool, error)
}

const (
	minPassword = 10               // characters
	maxFailed   = 5                // wrong passwords in a row before the lock
	lockFor     = 15 * time.Minute // how long the lock lasts
)

var loginName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`)

// AddPerson makes a login. An empty password is replaced by a generated one,
// which is returned and kept nowhere.
func (d *Desk) AddPerson(ctx context.Context, who Actor, p Person, password string) (made Person, generated string, err error) {
	if err := who.need(ActPersonManage); err != nil {
		return p, "", err
	}
	if !loginName.MatchString(p.Name) {
		return p, "", Invalid("name", "登录名由字母、数字、汉字和 . _ - 组成，不超过 64 字")
	}
	if err := CheckRoles(p.Roles); err != nil {
		return p, "", err
	}
	if err := p.checkScope(); err != nil {
		return p, "", err
	}
	if password == "" {
		password = rand.Text()[:16]
		generated = password
	}
	if utf8.RuneCountInString(password) < minPassword {
		return p, "", Invalid("password", "密码不少于 %d 位", minPassword)
	}
	if p.PasswordHash, err = d.Passwords.Hash(password); err != nil {
		return p, "", &Error{Code: CodeInternal, Text: "密码保存失败", Cause: err}
	}
	p.CreatedAt = d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.NewPerson(ctx, &p); err != nil {
			if CodeOf(err) == CodeConflict {
				return Conflict("name", "已有名为“%s”的用户", p.Name)
			}
			return err
		}
		return tx.Record(ctx, event(who, p.CreatedAt, "person.added", "person", p.ID).change(nil, map[string]any{"name": p.Name, "roles": p.Roles,
			"region": p.Region, "department": p.Department}))
	})
	return p, generated, err
}

// checkScope refuses a scope that is no region.
func (p Person) checkScope() error {
	if strings.Trim(p.Region, "0123456789") != "" {
		return Invalid("region", "属地须为行政区划代码")
	}
	return nil
}

// wrong is what anybody learns from a failed sign-in: not whether the name exists.
func wrong() *Error { return &Error{Code: CodeUnauthenticated, Text: "用户名或密码不正确"} }

func locked(left time.Duration) *Error {
	return &Error{Code: CodeTooMany, Text: "密码多次输错，账号已锁定，请稍后再试或联系安全保密管理员", RetryAfter: left}
}

// SignIn checks name and password. A wrong name and a wrong password look the same.
// After five failures in a row the account is locked for a quarter of an hour, and
// says so: whoever is locked out must know why, at the price that the name is known.
func (d *Desk) SignIn(ctx context.Context, name, password string) (Person, error) {
	now, real := d.Now(), d.Real()
	var p Person
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		p, err = tx.PersonByName(ctx, name, false)
		return err
	})
	if CodeOf(err) == CodeNotFound {
		// The same work as for a known name.
		if _, err := d.Passwords.Hash(password); err != nil {
			return p, &Error{Code: CodeInternal, Text: "登录失败，请重试", Cause: err}
		}
		return Person{}, wrong()
	}
	if err != nil {
		return p, err
	}
	if p.LockedUntil != nil && p.LockedUntil.After(real) {
		return Person{}, locked(p.LockedUntil.Sub(real))
	}
	ok, err := d.Passwords.Check(password, p.PasswordHash)
	if err != nil {
		return Person{}, &Error{Code: CodeInternal, Text: "登录失败，请重试", Cause: err}
	}
	var refused error
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if p, err = tx.PersonByID(ctx, p.ID, true); err != nil {
			return err
		}
		who, typ := ActorOf(p, "session"), "person.signed-in"
		refused = nil
		switch {
		case p.LockedUntil != nil && p.LockedUntil.After(real):
			// Locked by attempts beside this one: many at once try no more than one after the other.
			refused = locked(p.LockedUntil.Sub(real))
			return nil
		case p.DisabledAt != nil:
			refused, typ = wrong(), "person.refused"
		case !ok:
			refused, typ = wrong(), "person.refused"
			if p.FailedLogins++; p.FailedLogins >= maxFailed {
				until := real.Add(lockFor)
				p.FailedLogins, p.LockedUntil, typ = 0, &until, "person.locked"
			}
		default:
			p.FailedLogins, p.LockedUntil = 0, nil
		}
		if err := tx.SavePerson(ctx, p); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, typ, "person", p.ID))
	})
	if err != nil {
		return Person{}, err
	}
	if refused != nil {
		return Person{}, refused
	}
	return p, nil
}

// PersonByID gives the present state of a signed-in person; a disabled one is
// unauthenticated from then on.
func (d *Desk) PersonByID(ctx context.Context, id int64) (p Person, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		p, err = tx.PersonByID(ctx, id, false)
		return err
	})
	if CodeOf(err) == CodeNotFound || err == nil && p.DisabledAt != nil {
		return Person{}, &Error{Code: CodeUnauthenticated, Text: "请重新登录"}
	}
	return p, err
}

// People lists who has a login.
func (d *Desk) People(ctx context.Context, who Actor) (list []Person, err error) {
	if err := who.need(ActPersonManage); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListPeople(ctx)
		return err
	})
	for i := range list {
		list[i].PasswordHash = ""
	}
	return list, err
}

// SetPerson changes roles and scope, disables, enables or unlocks.
func (d *Desk) SetPerson(ctx context.Context, who Actor, change Person) (p Person, err error) {
	if err := who.need(ActPersonManage); err != nil {
		return p, err
	}
	if err := CheckRoles(change.Roles); err != nil {
		return p, err
	}
	if err := change.checkScope(); err != nil {
		return p, err
	}
	if who.PersonID == change.ID {
		return p, Forbidden("不能修改自己的权限，请由另一位安全保密管理员办理")
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if p, err = tx.PersonByID(ctx, change.ID, true); err != nil {
			return err
		}
		was := p
		p.DisplayName, p.Roles, p.Region, p.Department, p.DisabledAt = change.DisplayName, change.Roles, change.Region, change.Department, change.DisabledAt
		p.LockedUntil, p.FailedLogins = nil, 0
		if err := tx.SavePerson(ctx, p); err != nil {
			return err
		}
		brief := func(p Person) map[string]any {
			return map[string]any{"roles": p.Roles, "region": p.Region, "department": p.Department, "disabled": p.DisabledAt != nil}
		}
		return tx.Record(ctx, event(who, now, "person.changed", "person", p.ID).change(brief(was), brief(p)))
	})
	return p, err
}

// AddToken makes a bearer token with a person's rights. It is shown once; only
// its digest is kept.
func (d *Desk) AddToken(ctx context.Context, who Actor, name string) (token string, err error) {
	if err := who.need(ActPersonManage); err != nil {
		return "", err
	}
	token = newKey()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		p, err := tx.PersonByName(ctx, name, false)
		if err != nil {
			return err
		}
		now := d.Now()
		if err := tx.NewToken(ctx, sha([]byte(token)), p.ID, 0, now); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "token.added", "person", p.ID))
	})
	return token, err
}

// newKey is a secret of 260 random bits that can be recognised in a leak.
func newKey() string { return "hy_" + rand.Text() + rand.Text() }

// ByKey gives who a bearer token or source's key speaks for; for a key also its source.
func (d *Desk) ByKey(ctx context.Context, key string) (who Actor, src Source, err error) {
	denied := &Error{Code: CodeUnauthenticated, Text: "密钥无效，请检查 Authorization 头"}
	if len(key) < 20 || len(key) > 200 {
		return who, src, denied
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		person, source, err := tx.ByToken(ctx, sha([]byte(key)))
		if err != nil {
			return err
		}
		if source != 0 {
			if src, err = tx.SourceByID(ctx, source); err != nil {
				return err
			}
			who = Actor{SourceID: src.ID, Name: src.Name, Via: "key"}
			return nil
		}
		p, err := tx.PersonByID(ctx, person, false)
		if err != nil {
			return err
		}
		if p.DisabledAt != nil {
			return denied
		}
		who = ActorOf(p, "token")
		return nil
	})
	if CodeOf(err) == CodeNotFound {
		return Actor{}, Source{}, denied
	}
	return who, src, err
}
