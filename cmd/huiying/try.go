package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"huiying/desk"
)

type tryCmd struct{ serveCmd }

// Run is serve, with a login for each role and a small sample, both made once:
// the first time that the data folder is used.
func (c tryCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	// The sample's mail server and feed are on this machine.
	c.AllowNet = append(c.AllowNet, netip.MustParsePrefix("127.0.0.1/32"))
	return c.run(ctx, log, func(ctx context.Context, up running) error {
		fmt.Fprintf(std.err, "\n  回应 Huiying  %s\n\n", up.address)
		people, err := up.desk.People(ctx, desk.Shell)
		if err != nil {
			return err
		}
		logins := filepath.Join(c.Data, "logins.txt")
		if len(people) > 0 {
			fmt.Fprintf(std.err, "  用户已建好；首次运行时的登录名和密码在 %s\n\n", logins)
			return nil
		}
		list, err := addPeople(ctx, up.desk)
		if err != nil {
			return err
		}
		text := "  角色            登录名        密码\n"
		for _, p := range list {
			text += fmt.Sprintf("  %s%s%-12s  %s\n", p.role, pad(p.role, 16), p.name, p.password)
		}
		fmt.Fprintln(std.err, text)
		if err := os.WriteFile(logins, []byte(text), 0o600); err != nil {
			return err
		}
		err = playSample(ctx, up, log)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	})
}

// pad is the space behind Chinese words in a column of that many half widths.
func pad(s string, width int) string {
	n := width - 2*len([]rune(s))
	return fmt.Sprintf("%*s", max(n, 1), "")
}

// login is a person made for the trial.
type login struct{ role, name, password string }

// addPeople makes a login for each role.
func addPeople(ctx context.Context, d *desk.Desk) ([]login, error) {
	names := map[desk.Role]string{
		desk.RoleOperator: "孙晓", desk.RoleShiftLead: "林班长", desk.RoleDispatcher: "何志远", desk.RoleCallerBack: "许静", desk.RoleInspector: "高敏",
		desk.RoleDuty: "周敏", desk.RolePress: "陈露", desk.RoleLeader: "李建平", desk.RoleSecrecy: "王蔚", desk.RoleDepartment: "赵刚",
		desk.RoleAuditor: "审计 吴", desk.RoleSysadmin: "系统 郑", desk.RoleSecadmin: "安全 冯",
	}
	var list []login
	for _, r := range desk.RoleNames {
		p := desk.Person{Name: string(r.Role), DisplayName: names[r.Role], Roles: []desk.Role{r.Role}}
		if r.Role == desk.RoleDepartment {
			p.Department = "市场监管局"
		}
		_, password, err := d.AddPerson(ctx, desk.Shell, p, "")
		if err != nil {
			return nil, err
		}
		list = append(list, login{r.Name, p.Name, password})
	}
	return list, nil
}
