package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"huiying/desk"
	"huiying/desk/drill"
)

type tryCmd struct {
	serveCmd
	Scenario string  `default:"chemical-park" help:"Scenario of the drill."`
	Speed    float64 `default:"36" help:"Seconds of the drill's time per second."`
}

// Run is serve with a login for each role, made the first time that the data folder
// is used, and a drill that begins with it.
func (c tryCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, of *office) error {
		fmt.Fprintf(std.err, "\n  回应 Huiying  %s\n\n", of.address)
		if err := c.logins(ctx, std.err, of.desk); err != nil {
			return err
		}
		d, err := c.drill(ctx, of.desk)
		if err != nil {
			return err
		}
		library, err := c.Scenarios.read()
		if err != nil {
			return err
		}
		return tell(std.err, d, library[d.Scenario].People)
	})
}

// logins makes a login for each role, once, and says where they stand.
func (c tryCmd) logins(ctx context.Context, out io.Writer, d *desk.Desk) error {
	path := filepath.Join(c.Data, "logins.txt")
	people, err := d.People(ctx, desk.Shell)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		text := ""
		for _, m := range drill.DefaultCast() {
			p := desk.Person{Name: m.Login, DisplayName: m.Name, Roles: []desk.Role{desk.Role(m.Role)}, Department: m.Department}
			_, password, err := d.AddPerson(ctx, desk.Shell, p, "")
			if err != nil {
				return err
			}
			text += loginLine(p, password) + "\n"
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "  这张值班台还是空的；各角色的登录名和密码在 %s\n", path)
	return err
}

// drill begins the drill anew: one that an earlier run left has gone on without anybody.
func (c tryCmd) drill(ctx context.Context, d *desk.Desk) (desk.Drill, error) {
	old, err := d.Drills(ctx, desk.Shell)
	if err != nil {
		return desk.Drill{}, err
	}
	for _, o := range old {
		if err := purged(ctx, d, o.ID); err != nil {
			return o, err
		}
	}
	return begun(ctx, d, c.Scenario, c.Speed)
}

func loginLine(p desk.Person, password string) string {
	role := p.Roles[0].Name()
	return fmt.Sprintf("  %s%s%-12s  %s", role, pad(role, 16), p.Name, password)
}

// pad is the space behind Chinese words in a column of that many half widths.
func pad(s string, width int) string {
	n := width - 2*len([]rune(s))
	return fmt.Sprintf("%*s", max(n, 1), "")
}
