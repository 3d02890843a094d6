package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Push is the hotline's way in: POST /api/v1/items with a source's key.
type Push struct {
	Address string // of the drill's desk, http://host:port
	Key     string
}

type pushedAuthor struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

type pushed struct {
	ID       string        `json:"external_id"`
	Body     string        `json:"body"`
	Place    string        `json:"place,omitempty"`
	Author   *pushedAuthor `json:"author,omitempty"`
	Occurred time.Time     `json:"occurred_at"`
}

// send pushes calls in one request. An error leaves them to be sent again, under the
// same identities.
func (p Push) send(ctx context.Context, begins time.Time, calls []Incoming) error {
	list := make([]pushed, len(calls))
	for i, c := range calls {
		list[i] = pushed{ID: c.ID(), Body: trim(c.Call), Place: c.Place, Occurred: begins.Add(time.Duration(c.At))}
		if c.Name != "" || c.Phone != "" {
			list[i].Author = &pushedAuthor{c.Name, c.Phone}
		}
	}
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Address+"/api/v1/items", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.Key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("push: %s: %.300s", res.Status, said)
	}
	return nil
}
