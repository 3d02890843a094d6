package drill

import (
	"context"
	"errors"

	"huiying/desk"
)

// The names of a drill's sources.
const (
	hotlineName = "12345 热线（演练）"
	mailName    = "公众来信（演练）"
	feedName    = "媒体与网络（演练）"
)

// Cast gives a drill's desk its people, with the one password of all: who takes part
// plays whom he likes. Those who are there already stay.
func Cast(ctx context.Context, d *desk.Desk, s Scenario, password string) error {
	for _, m := range s.People {
		p := desk.Person{Name: m.Login, DisplayName: m.Name, Roles: []desk.Role{desk.Role(m.Role)}, Department: m.Department}
		if _, _, err := d.AddPerson(ctx, desk.System, p, password); err != nil && desk.CodeOf(err) != desk.CodeConflict {
			return err
		}
	}
	return nil
}

// Doors makes a drill's sources, or gives those that are there the addresses that
// mail and feed have now, and gives the hotline's key.
func Doors(ctx context.Context, d *desk.Desk, mail *Mail, feed *Feed) (key string, err error) {
	hotline, key, err := d.AddSource(ctx, desk.System, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: hotlineName}, true)
	if desk.CodeOf(err) == desk.CodeConflict {
		if hotline, err = d.SourceNamed(ctx, hotlineName); err == nil {
			key, err = d.RenewKey(ctx, desk.System, hotline.ID)
		}
	}
	errs := []error{err}
	for _, p := range []desk.Source{
		{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: mailName, URL: mail.URL, Username: mail.User, Password: mail.Password},
		{Kind: "feed", Channel: desk.ChannelMedia, Name: feedName, URL: feed.URL},
	} {
		_, _, err := d.AddSource(ctx, desk.System, p, false)
		if desk.CodeOf(err) == desk.CodeConflict {
			var there desk.Source
			if there, err = d.SourceNamed(ctx, p.Name); err == nil {
				err = d.MoveSource(ctx, desk.System, there.ID, p.URL, p.Username, p.Password)
			}
		}
		errs = append(errs, err)
	}
	return key, errors.Join(errs...)
}
