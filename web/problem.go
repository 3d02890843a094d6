package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// Problem is a refusal as programs get it (RFC 9457): what and why, never the cause.
type Problem struct {
	Type   string `json:"type" doc:"urn:huiying:problem: 加错误代码 invalid、unauthenticated、forbidden、not_found、conflict、too_many、unavailable、internal" example:"urn:huiying:problem:invalid"`
	Title  string `json:"title" example:"填写有误"`
	Status int    `json:"status" example:"422"`
	Detail string `json:"detail" doc:"哪里不对、怎么办，写给处理的人" example:"请填写标题"`
	Field  string `json:"field,omitempty" doc:"有误的字段" example:"title"`

	retry time.Duration
	text  string // catalogue key of Detail
	args  []any
}

// kinds of problem: one line for each code.
var kinds = map[desk.Code]struct {
	status int
	title  string
}{
	desk.CodeInvalid:         {http.StatusUnprocessableEntity, "填写有误"},
	desk.CodeUnauthenticated: {http.StatusUnauthorized, "请先登录"},
	desk.CodeForbidden:       {http.StatusForbidden, "没有权限"},
	desk.CodeNotFound:        {http.StatusNotFound, "没有找到"},
	desk.CodeConflict:        {http.StatusConflict, "与现状不符"},
	desk.CodeTooMany:         {http.StatusTooManyRequests, "请求过多"},
	desk.CodeUnavailable:     {http.StatusServiceUnavailable, "暂时不可用"},
	desk.CodeInternal:        {http.StatusInternalServerError, "系统内部错误"},
}

const internalText = "系统内部错误，已记录，请稍后重试；仍不成功请联系系统管理员"

// ProblemOf is the one mapper from errors to HTTP. An error that isn't a
// desk.Error is internal. A whole request that can't be read is 400, a field 422.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var e *desk.Error
	if !errors.As(err, &e) {
		e = &desk.Error{Code: desk.CodeInternal}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			e = desk.Unavailable(err, time.Second)
		}
	}
	k, ok := kinds[e.Code]
	if !ok {
		e = &desk.Error{Code: desk.CodeInternal}
		k = kinds[desk.CodeInternal]
	}
	p = &Problem{Type: "urn:huiying:problem:" + string(e.Code), Title: k.title, Status: k.status, Detail: e.Message(), Field: e.Field, text: e.Text, args: e.Args}
	if e.Text == "" {
		p.text, p.Detail = internalText, internalText
	}
	if e.Code == desk.CodeInvalid && e.Field == "" {
		p.Status = http.StatusBadRequest
	}
	if e.Code == desk.CodeTooMany || e.Code == desk.CodeUnavailable {
		p.retry = max(e.RetryAfter, time.Second)
	}
	return p
}

// Text gives the detail as a catalogue key with its values, for pages in another language.
func (p *Problem) Text() (key string, args []any) {
	if p.text == "" {
		return p.Detail, nil
	}
	return p.text, p.args
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when to come back, where that is known.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retry.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="huiying"`)
	}
	return h
}

// write sends the problem as JSON.
func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // who asked may be gone; there is nobody else to tell
}

// Fail answers a request that failed: a page for people, problem+json for
// programs and for parts of pages. The cause goes to the log and nowhere else.
func (s *Server) Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	if wantsPage(r) && s.errorPage(w, r, p) {
		return
	}
	p.write(w)
}

// problem maps the error and logs what nobody is shown.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	p := ProblemOf(err)
	if errors.Is(ctx.Err(), context.Canceled) && (errors.Is(err, context.Canceled) || desk.CodeOf(err) == desk.CodeUnavailable) {
		return p // the client left, and what it had asked the database was called off; that is no fault
	}
	var e *desk.Error
	if errors.As(err, &e) && p.Status < http.StatusInternalServerError {
		if e.Cause == nil {
			return p
		}
		err = e.Cause // the text may hold what somebody typed
	}
	level := slog.LevelWarn
	if p.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.Log.LogAttrs(ctx, level, "request failed", slog.String("request", requestID(ctx)), slog.String("route", routeOf(ctx)),
		slog.Int("status", p.Status), slog.Any("error", err))
	return p
}

// wantsPage says whether a person's browser asks for a whole page.
func wantsPage(r *http.Request) bool {
	return r.Header.Get("Authorization") == "" && r.Header.Get("HX-Request") == "" && !strings.HasPrefix(r.URL.Path, "/api/") &&
		strings.Contains(r.Header.Get("Accept"), "text/html")
}
