package main

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest"
	"huiying/ingest/ferry"
	"huiying/ingest/hotline"
	"huiying/ingest/hotline/mirror"
	"huiying/ingest/hotline/sheet"
	"huiying/ingest/mailbox"
	"huiying/ingest/media"
	"huiying/ingest/media/hotlist"
	"huiying/ingest/media/stream"
)

// kinds is the table of sources: a new one is a line here. Messages are taken by the
// embedded server only where there is one.
func kinds(guard *ingest.Guard, messages *stream.Server) []ingest.Kind {
	return []ingest.Kind{
		{Name: "hotline", Channel: desk.ChannelHotline, Parser: hotline.Parser{}},
		{Name: desk.PasteSource, Channel: desk.ChannelMedia, Parser: desk.PasteParser{}},
		{Name: desk.SeatSource, Channel: desk.ChannelHotline, Parser: desk.SeatParser{}},
		{Name: "mailbox", Channel: desk.ChannelMailbox, Parser: mailbox.Parser{}, Poller: &mailbox.Poller{Guard: guard}, Every: 30 * time.Second, CheckURL: mailbox.CheckURL},
		{Name: desk.LetterSource, Channel: desk.ChannelMailbox, Parser: desk.LetterParser{}},
		{Name: "feed", Channel: desk.ChannelMedia, Parser: media.Parser{}, Poller: &media.Poller{Guard: guard, Pages: true}, Every: time.Minute, Most: 90 * time.Minute, CheckURL: ingest.CheckURL},
		{Name: media.KindHook, Channel: desk.ChannelMedia, Parser: media.HookParser{}, CheckSettings: media.CheckHook},
		{Name: hotlist.Kind, Channel: desk.ChannelMedia, Parser: hotlist.Parser{}, Poller: &hotlist.Poller{Guard: guard}, Every: 5 * time.Minute, CheckURL: ingest.CheckURL, CheckSettings: hotlist.Check},
		{Name: desk.MirrorKind, Channel: desk.ChannelHotline, Parser: mirror.Parser{}, Poller: &mirror.Poller{Guard: guard}, Every: 30 * time.Second, CheckURL: ingest.CheckURL, CheckSettings: mirror.Check},
		{Name: stream.Kind, Channel: desk.ChannelMedia, Parser: stream.Parser{}, Poller: &stream.Poller{Guard: guard, Server: messages}, Every: time.Second, CheckURL: stream.CheckURL, CheckSettings: media.CheckHook},
		{Name: desk.FerryKind, Channel: desk.ChannelMailbox, Parser: ferry.Parser{}, Poller: &ferry.Poller{Real: time.Now}, Every: 10 * time.Second, CheckURL: ferry.CheckURL, CheckSettings: ferry.Check},
		{Name: desk.DutySource, Channel: desk.ChannelDuty, Parser: desk.DutyParser{}},
	}
}

// kindNamed is a line of the table.
func kindNamed(name string) (ingest.Kind, bool) {
	for _, k := range kinds(nil, nil) {
		if k.Name == name {
			return k, true
		}
	}
	return ingest.Kind{}, false
}

// newDesk ties the use cases to a store. What only serve needs (classifier,
// channels) is set by it.
func newDesk(store *pg.Store, policy desk.Policy, sources []ingest.Kind, now func() time.Time, log *slog.Logger) *desk.Desk {
	return &desk.Desk{
		Store: store, Feed: store.Feed(), Parsers: ingest.Parsers(sources), Addresses: ingest.Addresses(sources), Signed: ingest.Signed(sources), Mapped: ingest.Mapped(sources), Fetchers: ingest.Fetchers(sources), Policy: policy, Now: now, Real: time.Now,
		Passwords: passwords{}, Sheets: sheet.Reader{}, Daily: dailyReader{}, Workers: runtime.GOMAXPROCS(0), Log: log,
	}
}

// withDesk runs a command on the database, wherever it is.
func (f databaseFlags) withDesk(ctx context.Context, log *slog.Logger, fn func(*desk.Desk) error) error {
	return f.withStore(ctx, log, func(_ *pg.Store, d *desk.Desk) error { return fn(d) })
}

// withStore is withDesk for what asks the database itself.
func (f databaseFlags) withStore(ctx context.Context, log *slog.Logger, fn func(*pg.Store, *desk.Desk) error) error {
	policy, err := f.Policy.read()
	if err != nil {
		return err
	}
	store, _, teardown, err := f.open(ctx, log, false)
	if err != nil {
		return err
	}
	defer teardown()
	return fn(store, newDesk(store, policy, kinds(nil, nil), time.Now, log))
}
