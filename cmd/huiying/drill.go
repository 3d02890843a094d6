package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"huiying/desk"
	"huiying/desk/drill"
	"huiying/desk/pg"
)

type drillCmd struct {
	Start drillStartCmd `cmd:"" help:"Begin a drill; prints where its desk is, and the logins. Needs a running serve."`
	Stop  drillStopCmd  `cmd:"" help:"End the drill: its time stands still, its pages remain for the debriefing."`
	Purge drillPurgeCmd `cmd:"" help:"Throw drills away, with all that is in them."`
	List  drillListCmd  `cmd:"" help:"List scenarios and drills."`
	Check drillCheckCmd `cmd:"" help:"Check a scenario's file."`
}

type drillStartCmd struct {
	databaseFlags
	Scenarios scenariosFlag `embed:""`
	Scenario  string        `arg:"" optional:"" default:"chemical-park" help:"Scenario; see huiying drill list."`
	Speed     float64       `default:"36" help:"Seconds of the drill's time per second."`
}

func (c drillStartCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	library, err := c.Scenarios.read()
	if err != nil {
		return err
	}
	return c.serving(ctx, log, func(d *desk.Desk) error {
		d.Scenarios = scenariosOf(library)
		up, err := begun(ctx, d, c.Scenario, c.Speed)
		if err != nil {
			return err
		}
		return tell(std.out, up, library[up.Scenario].People)
	})
}

// tell writes where a drill's desk is, and who plays in it.
func tell(out io.Writer, d desk.Drill, cast []drill.Member) error {
	text := fmt.Sprintf("\n  演练 %d：%s，%g 倍速\n  %s\n  密码都是 %s；点开即以该身份进入：\n\n", d.ID, d.Title, d.Speed, d.Address, d.Password)
	for _, m := range cast {
		role := desk.Role(m.Role).Name()
		text += fmt.Sprintf("  %s%s%s%s%-12s  %s\n", role, pad(role, 14), m.Name, pad(m.Name, 10), m.Login, d.Entry(m.Login))
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

type drillStopCmd struct{ databaseFlags }

func (c drillStopCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		list, err := d.Drills(ctx, desk.Shell)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(d desk.Drill) bool { return d.State == desk.DrillStarting || d.State == desk.DrillRunning })
		if i < 0 {
			return desk.NotFound("现在没有正在进行的演练")
		}
		log.Info("drill ended", "drill", list[i].ID, "title", list[i].Title)
		return d.StopDrill(ctx, desk.Shell, list[i].ID)
	})
}

type drillPurgeCmd struct {
	databaseFlags
	ID int64 `arg:"" optional:"" help:"Number of the drill; without one all of them go."`
}

func (c drillPurgeCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.serving(ctx, log, func(d *desk.Desk) error {
		list, err := d.Drills(ctx, desk.Shell)
		if err != nil {
			return err
		}
		for _, drill := range list {
			if c.ID != 0 && c.ID != drill.ID {
				continue
			}
			if err := purged(ctx, d, drill.ID); err != nil {
				return err
			}
			log.Info("drill purged", "drill", drill.ID, "title", drill.Title)
		}
		if c.ID != 0 && !slices.ContainsFunc(list, func(d desk.Drill) bool { return d.ID == c.ID }) {
			return desk.NotFound("没有这场演练，可能已经清除")
		}
		return nil
	})
}

type drillListCmd struct {
	databaseFlags
	Scenarios scenariosFlag `embed:""`
}

func (c drillListCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	library, err := c.Scenarios.read()
	if err != nil {
		return err
	}
	for _, s := range scenariosOf(library) {
		fmt.Fprintf(std.out, "%-20s %s（%d 件来件，%s）\n", s.Key, s.Title, s.Items, hours(s.Length))
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		list, err := d.Drills(ctx, desk.Shell)
		for _, d := range list {
			fmt.Fprintf(std.out, "%-4d %-9s %s  %s\n", d.ID, d.State, d.Title, d.Address)
		}
		return err
	})
}

type drillCheckCmd struct {
	File string `arg:"" type:"existingfile" help:"The scenario's file."`
}

func (c drillCheckCmd) Run(std streams) error {
	s, err := readScenario(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s：时长 %s，来电 %d、来信 %d、媒体 %d，导引 %d 步，人员 %d 名。可以演练。\n",
		s.Title, hours(time.Duration(s.Length)), s.Calls(), s.Letters(), s.Posts(), len(s.Guide), len(s.People))
	return err
}

func hours(d time.Duration) string { return fmt.Sprintf("%g 小时", d.Hours()) }

// serving runs a command that a running node carries out.
func (f databaseFlags) serving(ctx context.Context, log *slog.Logger, fn func(*desk.Desk) error) error {
	return f.withStore(ctx, log, func(store *pg.Store, d *desk.Desk) error {
		yes, err := store.Serving(ctx)
		if err != nil {
			return err
		}
		if !yes {
			return desk.Conflict("", "演练由运行中的 huiying serve 承担，请先启动它（同一个数据目录或数据库）")
		}
		return fn(d)
	})
}

// drillPatience is how long a node may take to open or to purge a drill.
const drillPatience = 90 * time.Second

// begun begins a drill and waits until its desk answers.
func begun(ctx context.Context, d *desk.Desk, scenario string, speed float64) (up desk.Drill, err error) {
	made, err := d.StartDrill(ctx, desk.Shell, scenario, speed)
	if err != nil {
		return made, err
	}
	err = until(ctx, func(ctx context.Context) (bool, error) {
		if up, err = drillOf(ctx, d, made.ID); err != nil {
			return false, err
		}
		if up.State == desk.DrillFailed {
			return false, desk.Conflict("", "演练没能开始：%s", up.Failure)
		}
		return up.State != desk.DrillStarting, nil
	})
	return up, err
}

// purged has a drill thrown away and waits until it is gone.
func purged(ctx context.Context, d *desk.Desk, id int64) error {
	if err := d.PurgeDrill(ctx, desk.Shell, id); err != nil {
		return err
	}
	return until(ctx, func(ctx context.Context) (bool, error) {
		_, err := drillOf(ctx, d, id)
		if desk.CodeOf(err) == desk.CodeNotFound {
			return true, nil
		}
		return false, err
	})
}

func drillOf(ctx context.Context, d *desk.Desk, id int64) (desk.Drill, error) {
	list, err := d.Drills(ctx, desk.Shell)
	if err != nil {
		return desk.Drill{}, err
	}
	i := slices.IndexFunc(list, func(d desk.Drill) bool { return d.ID == id })
	if i < 0 {
		return desk.Drill{}, desk.NotFound("没有这场演练，可能已经清除")
	}
	return list[i], nil
}

// until asks again and again until something is so.
func until(ctx context.Context, so func(context.Context) (bool, error)) error {
	ctx, stop := context.WithTimeout(ctx, drillPatience)
	defer stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := so(ctx)
		if yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return desk.Conflict("", "运行中的 huiying serve 没有在 %d 秒内办完，请看它的日志", int(drillPatience.Seconds()))
			}
			return ctx.Err()
		}
	}
}
