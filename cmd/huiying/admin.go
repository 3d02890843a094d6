package main

import (
	"context"
	"fmt"
	"log/slog"

	"huiying/desk"
)

type migrateCmd struct{ databaseFlags }

func (c migrateCmd) Run(ctx context.Context, log *slog.Logger) error {
	_, _, teardown, err := c.open(ctx, log, false) // opening migrates
	if err != nil {
		return err
	}
	teardown()
	log.Info("the database is at this version")
	return nil
}

type userCmd struct {
	Add userAddCmd `cmd:"" help:"Make a login."`
}

type userAddCmd struct {
	databaseFlags
	Name          string   `arg:"" help:"Login name."`
	Role          []string `required:"" help:"Role; repeat for several."`
	Region        string   `help:"Region code that limits what is seen; empty: everywhere."`
	Department    string   `help:"Department that limits what is seen."`
	DisplayName   string   `help:"Name as others see it."`
	PasswordStdin bool     `help:"Take the password from stdin; else one is generated and printed."`
}

func (c userAddCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	password := ""
	if c.PasswordStdin {
		var err error
		if password, err = readSecret(std.in); err != nil {
			return err
		}
	}
	p := desk.Person{Name: c.Name, DisplayName: c.DisplayName, Region: c.Region, Department: c.Department}
	for _, r := range c.Role {
		p.Roles = append(p.Roles, desk.Role(r))
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		_, generated, err := d.AddPerson(ctx, desk.Shell, p, password)
		if err != nil {
			return err
		}
		log.Info("login made", "name", c.Name, "roles", c.Role)
		if generated != "" {
			_, err = fmt.Fprintln(std.out, generated)
		}
		return err
	})
}

type tokenCmd struct {
	Add tokenAddCmd `cmd:"" help:"Make a bearer token with a user's rights."`
}

type tokenAddCmd struct {
	databaseFlags
	User string `required:"" help:"Login name whose rights the token has."`
}

func (c tokenAddCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		token, err := d.AddToken(ctx, desk.Shell, c.User)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(std.out, token)
		return err
	})
}

type sourceCmd struct {
	Add sourceAddCmd `cmd:"" help:"Configure a source."`
}

type sourceAddCmd struct {
	databaseFlags
	Kind          string `arg:"" enum:"hotline,mirror,mailbox,ferry,feed,webhook,stream,hotlist" help:"hotline, mirror, mailbox, ferry, feed, webhook, stream or hotlist."`
	Name          string `required:"" help:"Name of the source."`
	URL           string `help:"imap(s)://host:port/folder (/* for all folders, ?folder=a&folder=b for several), or the feed's address, or nats://host:port/STREAM (nats://embedded/STREAM for this program's own server)."`
	User          string `help:"User name at the mail server."`
	PasswordStdin bool   `help:"Take the password from stdin."`
	Mapping       []byte `type:"filecontent" placeholder:"FILE" help:"File that says where in a vendor's JSON the fields stand (webhook, stream, mirror), or holds the other side's key (ferry)."`
}

func (c sourceAddCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	kind, _ := kindNamed(c.Kind)
	s := desk.Source{Kind: c.Kind, Channel: kind.Channel, Name: c.Name, URL: c.URL, Username: c.User, Settings: c.Mapping}
	if c.PasswordStdin {
		var err error
		if s.Password, err = readSecret(std.in); err != nil {
			return err
		}
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		_, key, err := d.AddSource(ctx, desk.Shell, s, kind.Poller == nil)
		if err != nil {
			return err
		}
		log.Info("source added", "kind", c.Kind, "name", c.Name)
		if key != "" {
			_, err = fmt.Fprintln(std.out, key)
		}
		return err
	})
}
