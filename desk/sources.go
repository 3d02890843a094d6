package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// AddSource configures a place that items come from. For one that is pushed to,
// the key is returned, once; only its digest is kept.
func (d *Desk) AddSource(ctx context.Context, who Actor, s Source, pushed bool) (made Source, key string, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return s, "", err
	}
	if s.Name = strings.TrimSpace(s.Name); s.Name == "" || len([]rune(s.Name)) > 100 {
		return s, "", Invalid("name", "请填写来源名称，不超过 100 字")
	}
	if s.Name == SeatSource || s.Name == PasteSource || s.Name == LetterSource || s.Name == DutySource {
		return s, "", Invalid("name", "“%s”是系统的保留名称", s.Name)
	}
	if _, ok := d.Parsers[s.Kind]; !ok {
		return s, "", Invalid("kind", "没有“%s”这种来源", s.Kind)
	}
	if !pushed {
		if err := d.checkAddress(s.Kind, s.URL); err != nil {
			return s, "", err
		}
	}
	if check := d.settingsOf(s.Kind); check != nil {
		if err := check(s.Settings); err != nil {
			return s, "", err
		}
		s.Settings = plainJSON(s.Settings)
	}
	_, signed := d.Signed[s.Kind]
	if signed {
		key = newKey()
		s.Password = key
	}
	s.State, s.CreatedAt = "active", d.Now()
	s.NextPollAt = s.CreatedAt
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.NewSource(ctx, &s); err != nil {
			if CodeOf(err) == CodeConflict {
				return Conflict("name", "已有名为“%s”的来源", s.Name)
			}
			return err
		}
		if pushed && !signed {
			key = newKey()
			if err := tx.NewToken(ctx, sha([]byte(key)), 0, s.ID, s.CreatedAt); err != nil {
				return err
			}
		}
		return tx.Record(ctx, event(who, s.CreatedAt, "source.added", "source", s.ID).with(s.brief()))
	})
	return s, key, err
}

// checkAddress refuses an address that a source of this kind can't have.
func (d *Desk) checkAddress(kind, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !u.IsAbs() {
		return Invalid("url", "请填写完整地址")
	}
	if u.User != nil {
		return Invalid("url", "地址中不要写用户名和密码，请分开填写")
	}
	if check, ok := d.Addresses[kind]; ok {
		return check(address)
	}
	return nil
}

func (s Source) brief() map[string]any {
	return map[string]any{"id": ident(s.ID), "kind": s.Kind, "channel": s.Channel, "name": s.Name, "state": s.State}
}

// Sources lists the sources, without their secrets.
func (d *Desk) Sources(ctx context.Context, who Actor) (list []Source, err error) {
	if !who.May(ActSourceManage) && !who.May(ActQuarantine) {
		return nil, who.need(ActSourceManage)
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListSources(ctx)
		return err
	})
	for i := range list {
		list[i].Password, list[i].Cursor, list[i].Lease = "", nil, ""
	}
	return list, err
}

// PauseSource stops a source, or lets it go on.
func (d *Desk) PauseSource(ctx context.Context, who Actor, id int64, pause bool) error {
	if err := who.need(ActSourceManage); err != nil {
		return err
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		s, err := tx.SourceByID(ctx, id)
		if err != nil {
			return err
		}
		was := s.State
		if s.State = "active"; pause {
			s.State = "paused"
		}
		if s.State == was {
			return nil
		}
		if err := tx.SetSourceState(ctx, id, s.State); err != nil {
			return err
		}
		if err := d.rest(ctx, tx, s, pause, now); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "source.changed", "source", id).with(s.brief()).change(was, s.State))
	})
}

// MoveSource gives a source that is polled another address, with the name and
// password for it. What was read stays read: the bookmark and the items' identities
// are the source's.
func (d *Desk) MoveSource(ctx context.Context, who Actor, id int64, address, username, password string) error {
	if err := who.need(ActSourceManage); err != nil {
		return err
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		s, err := tx.SourceByID(ctx, id)
		if err != nil {
			return err
		}
		if err := d.checkAddress(s.Kind, address); err != nil {
			return err
		}
		s.URL, s.Username, s.Password = address, username, password
		if err := tx.MoveSource(ctx, s, now); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "source.changed", "source", id).with(s.brief()))
	})
}

// RenewKey gives a source that is pushed to a new key, once; the keys before it are
// worth nothing from now on.
func (d *Desk) RenewKey(ctx context.Context, who Actor, id int64) (key string, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return "", err
	}
	now := d.Now()
	key = newKey()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		s, err := tx.SourceByID(ctx, id)
		if err != nil {
			return err
		}
		if s.URL != "" {
			return Invalid("id", "“%s”由本系统定时读取，没有密钥", s.Name)
		}
		if _, signed := d.Signed[s.Kind]; signed {
			if err := tx.SetSourceSecret(ctx, id, key, s.Settings); err != nil {
				return err
			}
		} else {
			if err := tx.DropTokens(ctx, 0, id); err != nil {
				return err
			}
			if err := tx.NewToken(ctx, sha([]byte(key)), 0, id, now); err != nil {
				return err
			}
		}
		return tx.Record(ctx, event(who, now, "source.rekeyed", "source", id).with(s.brief()))
	})
	return key, err
}

// SetSourceSettings changes what a source's kind is told beside the address; what can't
// be right is refused. The secret stays.
func (d *Desk) SetSourceSettings(ctx context.Context, who Actor, id int64, settings json.RawMessage) error {
	if err := who.need(ActSourceManage); err != nil {
		return err
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		s, err := tx.SourceByID(ctx, id)
		if err != nil {
			return err
		}
		check := d.settingsOf(s.Kind)
		if check == nil {
			return Invalid("settings", "“%s”没有可改的设置", s.Name)
		}
		if err := check(settings); err != nil {
			return err
		}
		if err := tx.SetSourceSecret(ctx, id, s.Password, plainJSON(settings)); err != nil {
			return err
		}
		if s.Kind == MirrorKind { // it may be told of ours from now on, or elsewhere
			if err := tx.MarkAllMirrored(ctx, id, now); err != nil {
				return err
			}
		}
		return tx.Record(ctx, event(who, now, "source.changed", "source", id).with(s.brief()).change(s.Settings, plainJSON(settings)))
	})
}

// settingsOf is what refuses settings that a source of this kind can't have; nil: it has none.
func (d *Desk) settingsOf(kind string) func(json.RawMessage) error {
	if check, ok := d.Signed[kind]; ok {
		return check
	}
	return d.Mapped[kind]
}

// HasSettings says whether a kind of source is told more than its address.
func (d *Desk) HasSettings(kind string) bool { return d.settingsOf(kind) != nil }

// plainJSON leaves out the mark that some editors put before a file.
func plainJSON(b json.RawMessage) json.RawMessage {
	return bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
}

// SourceNamed gives a source for the command line's import.
func (d *Desk) SourceNamed(ctx context.Context, name string) (s Source, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		s, err = tx.SourceByName(ctx, name)
		return err
	})
	if CodeOf(err) == CodeNotFound {
		return s, NotFound("没有名为“%s”的来源，请先用 huiying source add 添加", name)
	}
	return s, err
}

// Quarantine lists what couldn't become an item.
func (d *Desk) Quarantine(ctx context.Context, who Actor, state string, page Page) (list []Quarantined, err error) {
	if who.SourceID == 0 {
		if err := who.need(ActQuarantine); err != nil {
			return nil, err
		}
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListQuarantined(ctx, d.scope(who), state, page)
		return err
	})
	for i := range list {
		list[i].hide(who)
	}
	return list, err
}

// MendQuarantined puts mended bytes through the door again. The quarantined
// original stays; nil bytes replay it as it is. What still can't be read leaves it
// open.
func (d *Desk) MendQuarantined(ctx context.Context, who Actor, id int64, mended []byte) ([]Result, error) {
	if err := who.need(ActQuarantine); err != nil {
		return nil, err
	}
	var q Quarantined
	var src Source
	var raw Raw
	err := d.Store.InTx(ctx, func(tx Tx) (err error) {
		if q, err = d.quarantined(ctx, tx, who, id); err != nil {
			return err
		}
		if q.State != "open" {
			return Conflict("", "这一件已经处理过了")
		}
		if mended != nil && q.Hidden(who) {
			return errHiddenQuarantined
		}
		if src, err = tx.SourceByID(ctx, q.SourceID); err != nil {
			return err
		}
		raw, _, err = tx.LockRaw(ctx, q.RawID)
		return err
	})
	if err != nil {
		return nil, err
	}
	bytes := mended
	if bytes == nil {
		bytes = q.Bytes
	}
	if bytes == nil {
		bytes = raw.Bytes
	}
	src.State = "active" // a person mends, even while the source is paused
	res, err := d.Receive(ctx, src, Batch{Raws: []Raw{{ContentType: raw.ContentType, Bytes: bytes, Note: raw.Note}}})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(res, func(r Result) bool { return r.Status == StatusQuarantined && r.ID == id }) || len(res) == 0 {
		return res, nil
	}
	now := d.Now()
	return res, d.Store.InTx(ctx, func(tx Tx) error {
		if q, err = tx.QuarantinedByID(ctx, id, true); err != nil || q.State != "open" {
			return err
		}
		q.State = "mended"
		for _, r := range res {
			if r.Status != StatusQuarantined {
				q.ItemID = r.ID
			}
		}
		if err := tx.SaveQuarantined(ctx, q); err != nil {
			return err
		}
		e := event(who, now, "quarantine.mended", "quarantine", id).with(map[string]any{"id": ident(id), "item": ident(q.ItemID)})
		e.SourceID = src.ID
		return tx.Record(ctx, e)
	})
}

// quarantined gives a share in quarantine, locked, that is in the actor's scope: it
// lies where the office does, since nobody could read where it belongs.
func (d *Desk) quarantined(ctx context.Context, tx Tx, who Actor, id int64) (Quarantined, error) {
	q, err := tx.QuarantinedByID(ctx, id, true)
	if err == nil && !d.scope(who).Sees("", "", q.SourceID) {
		return Quarantined{}, NotFound("没有这条隔离记录")
	}
	return q, err
}
