package web

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"huiying/desk"
)

// lines is every live line of this node.
type lines struct {
	mu   sync.Mutex
	open map[*line]bool
	none *sync.Cond // when there is none
	shut bool
}

func newLines() *lines {
	l := &lines{open: map[*line]bool{}}
	l.none = sync.NewCond(&l.mu)
	return l
}

// add refuses a line when there are too many, or the node is going down.
func (ls *lines) add(l *line) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.shut || len(ls.open) >= maxLines {
		return false
	}
	ls.open[l] = true
	return true
}

func (ls *lines) remove(l *line) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if delete(ls.open, l); len(ls.open) == 0 {
		ls.none.Broadcast()
	}
}

func (ls *lines) count() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return len(ls.open)
}

func (ls *lines) all() []*line {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	all := make([]*line, 0, len(ls.open))
	for l := range ls.open {
		all = append(all, l)
	}
	return all
}

// cutSession ends the lines of a session at once.
func (ls *lines) cutSession(token string, code int, reason string) {
	for _, l := range ls.all() {
		if token != "" && l.session == token {
			l.cut(code, reason)
		}
	}
}

// close ends all lines, lets no more in, and waits until they are gone.
func (ls *lines) close() {
	ls.mu.Lock()
	ls.shut = true
	ls.mu.Unlock()
	for _, l := range ls.all() {
		l.cut(closeRestart, "服务重启，请重新连接")
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for len(ls.open) > 0 {
		ls.none.Wait()
	}
}

// Run watches over the live lines until ctx is done: it cuts those whose people
// have been disabled, changed or signed out elsewhere, and in the end all of them,
// which tells them to come back.
func (s *Server) Run(ctx context.Context) error {
	defer s.lines.close()
	t := time.NewTicker(s.pulse.check)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
				s.Log.LogAttrs(ctx, slog.LevelWarn, "live lines were not checked", slog.Any("error", err))
			}
		}
	}
}

// RunOnce looks once who of the people on the lines is still there, as they were.
func (s *Server) RunOnce(ctx context.Context) error {
	open := s.lines.all()
	if len(open) == 0 {
		return nil
	}
	people, err := s.Desk.Present(ctx)
	if err != nil {
		return err
	}
	checked := map[string]bool{}
	for _, l := range open {
		p, ok := people[l.who.PersonID]
		switch {
		case !ok:
			l.cut(closeRevoked, "账号已停用")
			continue
		case changed(l.who, p):
			l.cut(closeRights, "权限已变更，请重新连接")
			continue
		case l.session == "":
			continue
		}
		alive, seen := checked[l.session]
		if !seen {
			if alive, err = s.sessionAlive(ctx, l.session, l.who.PersonID); err != nil {
				return err
			}
			checked[l.session] = alive
		}
		if !alive {
			l.cut(closeSession, "登录已失效，请重新登录")
		}
	}
	return nil
}

// changed says whether the person's rights are others than when the line began.
func changed(who desk.Actor, p desk.Person) bool {
	return who.Region != p.Region || who.Department != p.Department || !slices.Equal(sorted(who.Roles), sorted(p.Roles))
}

func sorted(roles []desk.Role) []desk.Role { return slices.Sorted(slices.Values(roles)) }

func (s *Server) sessionAlive(ctx context.Context, token string, person int64) (bool, error) {
	ctx, err := s.sessions.Load(ctx, token)
	if err != nil {
		return false, err
	}
	return s.sessions.GetInt64(ctx, sessionPerson) == person, nil
}
