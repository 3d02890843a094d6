package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"huiying/desk"
)

const (
	// tryFor bounds a trial of a source: somebody is waiting before the page.
	tryFor = 20 * time.Second
	// tryRaws is how much of a mailbox a trial looks at.
	tryRaws = 10
	// tryAtOnce bounds what people can make the program fetch at once.
	tryAtOnce = 2
)

// errEnough ends a trial that has seen what it needs.
var errEnough = errors.New("ingest: a trial has seen enough")

// Fetchers is what gets what a source would bring now, by kind, as the desk wants it
// to try a source with: it is read from its beginning, whatever the bookmark, nothing
// is kept, and no bookmark moves.
func Fetchers(kinds []Kind) map[string]func(context.Context, desk.Source) ([]desk.Raw, error) {
	m := map[string]func(context.Context, desk.Source) ([]desk.Raw, error){}
	slots := make(chan struct{}, tryAtOnce)
	for _, k := range kinds {
		if k.Poller != nil {
			m[k.Name] = func(ctx context.Context, src desk.Source) ([]desk.Raw, error) {
				select {
				case slots <- struct{}{}:
				default:
					return nil, desk.Invalid("", "正在试读其他来源，请稍候再试")
				}
				defer func() { <-slots }()
				return try(ctx, k.Poller, src)
			}
		}
	}
	return m
}

// Trial is for a poller whose bookmark also holds what a server must still be, such as
// how the line to it was secured. TrialCursor gives the bookmark of a source of which
// nothing has been read, but which is met with the same demands.
type Trial interface {
	TrialCursor(json.RawMessage) json.RawMessage
}

func try(ctx context.Context, p Poller, src desk.Source) (raws []desk.Raw, err error) {
	if t, ok := p.(Trial); ok {
		src.Cursor = t.TrialCursor(src.Cursor)
	} else {
		src.Cursor = nil
	}
	ctx, stop := context.WithTimeout(ctx, tryFor)
	defer stop()
	err = pollSafely(ctx, p, src, func(_ context.Context, more []desk.Raw, _ json.RawMessage) error {
		if raws = append(raws, more...); len(raws) >= tryRaws {
			return errEnough
		}
		return nil
	})
	var next *NextIn
	switch {
	case err == nil, errors.Is(err, errEnough), errors.Is(err, ErrMore), errors.As(err, &next):
		return raws[:min(len(raws), tryRaws)], nil
	case ctx.Err() != nil && len(raws) > 0:
		return raws, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, Failed(err, "对方 %d 秒内没有应答，请检查地址和网络", int(tryFor.Seconds()))
	}
	return nil, err
}
