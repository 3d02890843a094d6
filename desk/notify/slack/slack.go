// Package slack carries notices to one Slack channel. The token travels in the
// request's body and stands nowhere else: errors name what Slack answered, never
// what it was sent.
package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"huiying/desk"
)

// Options of a notifier.
type Options struct {
	Token   string
	Channel string       // id or name
	APIURL  string       // "": Slack's own
	Client  *http.Client // nil: one with limits; redirects are never followed
}

// Notifier posts to one channel.
type Notifier struct {
	client  *slack.Client
	token   string
	channel string
}

// New makes a notifier. It connects to nothing yet.
func New(opt Options) (*Notifier, error) {
	if strings.TrimSpace(opt.Token) == "" {
		return nil, desk.Invalid("slack-token", "请提供 Slack 令牌")
	}
	if strings.TrimSpace(opt.Channel) == "" {
		return nil, desk.Invalid("slack-channel", "请提供 Slack 频道")
	}
	client := &http.Client{}
	if opt.Client != nil {
		*client = *opt.Client
	}
	transport := client.Transport
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout, t.MaxResponseHeaderBytes = 10*time.Second, 64<<10
		transport = t
	}
	client.Transport = strict{transport}
	// A redirect would carry the token to another address.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	options := []slack.Option{slack.OptionHTTPClient(client)}
	if opt.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(opt.APIURL, "/")+"/"))
	}
	return &Notifier{client: slack.New(opt.Token, options...), token: opt.Token, channel: opt.Channel}, nil
}

// Pace is what Slack takes per channel: one message a second.
func (n *Notifier) Pace() time.Duration { return time.Second }

// Send posts the text as it is. The key goes along as metadata, so that a message
// which a crash made go out twice can be told by programs.
func (n *Notifier) Send(ctx context.Context, m desk.Message) desk.Sent {
	_, receipt, err := n.client.PostMessageContext(ctx, n.channel,
		slack.MsgOptionText(m.Text, true), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "huiying_notice", EventPayload: map[string]any{"key": m.Key}}))
	if err != nil {
		return n.failure(ctx, err)
	}
	return desk.Sent{Outcome: desk.OutcomeSent, Receipt: receipt}
}

// passing are answers of Slack that may be another next time. Every other answer
// says that the message as it is, or the token, won't ever be taken.
var passing = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited", "team_added_to_org",
	"accesslimited", "org_login_required", "message_limit_exceeded"}

// failure sorts an error into the outcomes and says it without secrets.
func (n *Notifier) failure(ctx context.Context, err error) desk.Sent {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	var network net.Error
	switch {
	case errors.As(err, &limited):
		return desk.Sent{Outcome: desk.OutcomeRetry, RetryAfter: max(limited.RetryAfter, time.Second), Err: errors.New("slack: too many messages")}
	case errors.As(err, &status):
		return desk.Sent{Outcome: ofStatus(status.Code), Err: fmt.Errorf("slack answered HTTP %d", status.Code)}
	case errors.As(err, &answer):
		outcome := desk.OutcomeRefuse
		if slices.Contains(passing, answer.Err) {
			outcome = desk.OutcomeRetry
		}
		return desk.Sent{Outcome: outcome, Err: n.safe("slack refused: " + answer.Err)}
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("slack didn't answer in time")}
	case errors.Is(err, errBroken), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("slack's answer broke off")}
	}
	return desk.Sent{Outcome: desk.OutcomeRetry, Err: n.safe("slack can't be reached: " + err.Error())}
}

func ofStatus(code int) desk.Outcome {
	if code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500 {
		return desk.OutcomeRetry
	}
	return desk.OutcomeRefuse
}

// safe is the text without the token, should something upstream have put it there,
// and without length.
func (n *Notifier) safe(text string) error {
	text = strings.ReplaceAll(text, n.token, "***")
	if r := []rune(text); len(r) > 300 {
		text = string(r[:300]) + "…"
	}
	return errors.New(text)
}

// maxAnswer is what is read of an answer; Slack's are under 4 KiB.
const maxAnswer = 1 << 20

// strict takes nothing for a yes that isn't one. The library does with an empty
// object; it also drops a 429 that doesn't say for how long.
type strict struct{ http.RoundTripper }

func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		if _, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil {
			resp.Header.Set("Retry-After", "30")
		}
	case http.StatusOK:
		var answer struct {
			OK    bool   `json:"ok"`
			Error string `json:"error"`
		}
		if err := json.Unmarshal(body, &answer); err != nil || !answer.OK && answer.Error == "" {
			return nil, errBroken
		}
	}
	return resp, nil
}

var errBroken = errors.New("the answer is broken")
