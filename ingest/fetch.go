package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// Limits of one fetch.
const (
	MaxFetch     = 16 << 20         // bytes of a document, unpacked
	FetchTimeout = 30 * time.Second // from the first packet to the last byte
)

// Request is one GET.
type Request struct {
	URL                string
	Header             http.Header
	Username, Password string // basic authentication when Username is set
	// Stay has redirects answered instead of followed: what stands in the header would
	// be carried to another address.
	Stay bool
}

// Fetched is the answer to it, unpacked.
type Fetched struct {
	Status     int
	Header     http.Header
	Body       []byte // of a 200 only
	URL        string // where redirects ended
	RetryAfter time.Duration
}

// Fetch gets a document through the guard within the limits of size, time and
// unpacking. Errors are *desk.Error with words for people.
func (g *Guard) Fetch(ctx context.Context, r Request) (Fetched, error) {
	ctx, stop := context.WithTimeout(ctx, FetchTimeout)
	defer stop()
	req, err := r.build(ctx, http.MethodGet, nil)
	if err != nil {
		return Fetched{}, err
	}
	client := g.Client()
	if r.Stay {
		client.CheckRedirect = stay
	}
	res, err := client.Do(req)
	if err != nil {
		return Fetched{}, DialFailed(err)
	}
	defer res.Body.Close()
	f := Fetched{Status: res.StatusCode, Header: res.Header, URL: res.Request.URL.Redacted(), RetryAfter: retryAfter(res.Header)}
	if res.StatusCode == http.StatusOK {
		f.Body, err = unpack(res)
	}
	return f, err
}

// maxAnswer is what is read of the answer to a Post.
const maxAnswer = 64 << 10

// Post sends a document through the guard within the same limits of time. Redirects
// are never followed. An answer that breaks off is an error: nobody knows what it
// would have said.
func (g *Guard) Post(ctx context.Context, r Request, body []byte) (Fetched, error) {
	ctx, stop := context.WithTimeout(ctx, FetchTimeout)
	defer stop()
	req, err := r.build(ctx, http.MethodPost, body)
	if err != nil {
		return Fetched{}, err
	}
	client := g.Client()
	client.CheckRedirect = stay
	res, err := client.Do(req)
	if err != nil {
		return Fetched{}, DialFailed(err)
	}
	defer res.Body.Close()
	f := Fetched{Status: res.StatusCode, Header: res.Header, URL: res.Request.URL.Redacted(), RetryAfter: retryAfter(res.Header)}
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)); err != nil {
		return f, Failed(err, "对方的应答中断，稍后自动重试")
	}
	return f, nil
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// build is the request as it goes out.
func (r Request) build(ctx context.Context, method string, body []byte) (*http.Request, error) {
	if err := CheckURL(r.URL); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(body))
	if err != nil {
		return nil, desk.Invalid("url", "地址无法识别")
	}
	for k, v := range r.Header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", "huiying")
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Username != "" {
		req.SetBasicAuth(r.Username, r.Password)
	}
	return req, nil
}

// Refused says in words what a server answered instead of what was wanted.
func Refused(got Fetched) error {
	cause := errors.New("status " + http.StatusText(got.Status))
	var e *desk.Error
	switch {
	case got.Status == http.StatusUnauthorized, got.Status == http.StatusForbidden:
		e = Failed(cause, "对方拒绝访问（%d），请检查用户名和口令或联系对方", got.Status)
	case got.Status == http.StatusNotFound, got.Status == http.StatusGone:
		e = Failed(cause, "对方已没有这个地址（%d），请检查地址", got.Status)
	case got.Status == http.StatusTooManyRequests:
		e = Failed(cause, "对方要求降低读取频率，稍后自动重试")
	case got.Status >= 300 && got.Status < 400:
		e = Failed(cause, "对方转向别处（%d），为保护密钥没有跟随，请改用转向后的地址", got.Status)
	default:
		e = Failed(cause, "对方返回 %d，稍后自动重试", got.Status)
	}
	e.RetryAfter = got.RetryAfter
	return e
}

// unpack reads the body and undoes its compression, both bounded.
func unpack(res *http.Response) ([]byte, error) {
	var r io.Reader = io.LimitReader(res.Body, MaxFetch+1)
	switch enc := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, Failed(err, "对方发来的压缩内容无法解开")
		}
		r = z
	default:
		return nil, Failed(nil, "对方使用了未约定的压缩方式")
	}
	return readAll(r)
}

// readAll reads up to MaxFetch bytes in pieces: a buffer that doubles would cost
// three times as much at its peak.
func readAll(r io.Reader) ([]byte, error) {
	const size = 256 << 10
	var pieces [][]byte
	var piece []byte
	for total := 0; ; {
		if len(piece) == 0 {
			piece = make([]byte, size)
		}
		n, err := r.Read(piece)
		pieces = append(pieces, piece[:n])
		piece = piece[n:]
		total += n
		switch {
		case total > MaxFetch:
			return nil, Failed(nil, "内容超过上限 %d MB，已停止读取", MaxFetch>>20)
		case err == io.EOF:
			return bytes.Join(pieces, nil), nil
		case errors.Is(err, context.DeadlineExceeded):
			return nil, DialFailed(err)
		case err != nil:
			return nil, Failed(err, "读取中断，稍后自动重试")
		}
	}
}

// retryAfter reads the header in both its forms. A date is taken against the
// server's own Date, so that neither clock needs to be right.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), 7*24*3600)) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(at.Sub(date), 0)
}

// isCertificate says whether the peer's certificate was the trouble.
func isCertificate(err error) bool {
	var bad *tls.CertificateVerificationError
	return errors.As(err, &bad)
}
