package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/desk/pg"
)

// kept is one item, or an earlier version of one, with the raw it was made from.
type kept struct {
	ID, SourceID, RawID int64
	Kind, Identity      string
	Part, Version       int
	Digest              []byte
	Current             bool
}

// TestRow8ReplayedFromTheRaw is row 8 of the promises: after items have come in
// through every door, and the evaluation data through its own, each item and each
// earlier version is read again from the stored bytes. The same digest and the same
// identity come out, the bytes are those that their digest says, and bringing them
// in once more makes nothing new.
func TestRow8ReplayedFromTheRaw(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	rounds := 1
	if endure() {
		rounds = 40
	}
	for i := range rounds {
		d.all(fmt.Sprintf("清水路%d号路灯不亮", i), "门前路灯坏了三天，晚上出行不便。\n请尽快修理，电话 0870-2123456。")
	}
	url := d.databaseURL()
	d.await("mail and news", func() bool {
		return number(t, url, "SELECT count(DISTINCT s.kind) FROM huiying.item i JOIN huiying.source s ON s.id = i.source_id") == len(driven())
	})
	d.must("", "source", "add", "mailbox", "--name", "旧信", "--url", "imap://127.0.0.1:1/x", "--user", "x")
	d.must("", "source", "add", "feed", "--name", "旧闻", "--url", "http://127.0.0.1:1/x")
	d.stop(15) // SIGTERM: from here on nobody else writes; a command starts the database by itself
	private, err := pg.StartPrivate(t.Context(), pg.PrivateOptions{Dir: d.data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := private.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	store, err := pg.Open(t.Context(), private.URL(), pg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	policy, err := desk.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	in := newDesk(store, policy, kinds(nil, nil), time.Now, slog.New(slog.DiscardHandler))
	files := broughtIn(t, in, private.URL())
	items, versions := replay(t, in, private.URL())
	t.Logf("figure: %d doors and %d files of evaluation data: %d items and %d earlier versions read again from their raws: same bytes, same digest, same identity, 0 new", len(driven()), files, items, versions)
}

// broughtIn brings in the mails and feeds of the evaluation data, if they are there.
func broughtIn(t *testing.T, in *desk.Desk, url string) (files int) {
	t.Helper()
	root := os.Getenv(corpus.Env)
	if root == "" {
		return 0
	}
	sources := map[string]desk.Source{}
	err := in.Store.View(t.Context(), func(tx desk.Tx) (err error) {
		for name, kind := range map[string]string{"旧信": ".eml", "旧闻": ".xml"} {
			if sources[kind], err = tx.SourceByID(t.Context(), int64(number(t, url, "SELECT id FROM huiying.source WHERE name = '"+name+"'"))); err != nil {
				return err
			}
		}
		sources[".raw"] = sources[".eml"]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"mail", "feeds", "encodings"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, e fs.DirEntry, err error) error {
			src, ok := sources[filepath.Ext(path)]
			if err != nil || !ok {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			_, err = in.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "text/xml", Bytes: b}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func replay(t *testing.T, in *desk.Desk, url string) (items, versions int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	rows, err := db.Query(t.Context(), `SELECT i.id, i.source_id, i.raw_id, s.kind, i.external_id AS identity, i.raw_part AS part, i.version, i.digest, true AS current
		FROM huiying.item i JOIN huiying.source s ON s.id = i.source_id
		UNION ALL SELECT i.id, i.source_id, v.raw_id, s.kind, i.external_id, -1, v.version, v.digest, false
		FROM huiying.item_version v JOIN huiying.item i ON i.id = v.item_id JOIN huiying.source s ON s.id = i.source_id ORDER BY 1, 7`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[kept])
	if err != nil {
		t.Fatal(err)
	}
	again := map[int64]desk.Source{} // raws whose items have had one version only
	grown := map[int64]bool{}
	for _, k := range all {
		var raw desk.Raw
		var src desk.Source
		if err := in.Store.InTx(t.Context(), func(tx desk.Tx) (err error) {
			if raw, _, err = tx.LockRaw(t.Context(), k.RawID); err != nil {
				return err
			}
			src, err = tx.SourceByID(t.Context(), k.SourceID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if number(t, url, fmt.Sprintf("SELECT count(*) FROM huiying.raw WHERE id = %d AND digest = sha256(bytes)", k.RawID)) != 1 {
			t.Errorf("raw %d isn't what its digest says", k.RawID)
		}
		parts, err := in.Parsers[k.Kind].Parse(src, raw, in.Policy.Office.Location)
		if err != nil {
			t.Errorf("%s item %d: %v", k.Kind, k.ID, err)
			continue
		}
		same := func(p desk.Part) bool {
			return p.Err == nil && bytes.Equal(p.Incoming.Digest(), k.Digest) && p.Incoming.Identity() == k.Identity
		}
		if k.Current && (k.Part >= len(parts) || !same(parts[k.Part])) || !slices.ContainsFunc(parts, same) {
			t.Errorf("%s item %d, version %d: its raw gives another item", k.Kind, k.ID, k.Version)
		}
		if k.Current {
			items++
		} else {
			versions++
		}
		again[k.RawID] = src
		if k.Version > 1 {
			grown[k.ID] = true
		}
	}
	for _, k := range all { // of an item that went on to another version the first counts as news again
		if grown[k.ID] {
			delete(again, k.RawID)
		}
	}
	before := len(all)
	for id, src := range again {
		var raw desk.Raw
		if err := in.Store.InTx(t.Context(), func(tx desk.Tx) (err error) { raw, _, err = tx.LockRaw(t.Context(), id); return err }); err != nil {
			t.Fatal(err)
		}
		results, err := in.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: raw.ContentType, Note: raw.Note, Bytes: raw.Bytes}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Status != desk.StatusDuplicate && r.Status != desk.StatusQuarantined {
				t.Errorf("raw %d of %s brought in again: part %d is %s (item %d)", id, src.Kind, r.Index, r.Status, r.ID)
			}
		}
	}
	if n := number(t, url, "SELECT (SELECT count(*) FROM huiying.item) + (SELECT count(*) FROM huiying.item_version)"); n != before {
		t.Errorf("%d items and versions, %d before the replay", n, before)
	}
	if seen := kindsOf(all); len(seen) < len(driven()) {
		t.Errorf("only %s were replayed", strings.Join(seen, ", "))
	}
	return items, versions
}

func kindsOf(all []kept) (list []string) {
	for _, k := range all {
		if !slices.Contains(list, k.Kind) {
			list = append(list, k.Kind)
		}
	}
	return list
}
