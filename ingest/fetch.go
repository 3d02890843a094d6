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
	if err := CheckURL(r.URL); err != nil {
		return Fetched{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return Fetched{}, desk.Invalid("url", "地址无法识别")
	}
	for k, v := range r.Header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", "huiying")
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Username != "" {
		req.SetBasicAuth(r.Username, r.Password)
	}
	res, err := g.Client().Do(req)
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
