package ingest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"huiying/desk"
)

// Guard is what every outbound connection of intake goes through. It judges the
// address that is really dialled, after resolution, so that neither a name that
// resolves to the inside, nor one that changes its mind, nor a redirect, nor an
// odd spelling of an address gets past it. Proxies of the environment are not
// used: they would dial for us.
type Guard struct {
	Allow    []netip.Prefix // networks of the office that are let through all the same
	Resolver *net.Resolver  // nil: the machine's
}

const (
	dialTimeout  = 10 * time.Second
	maxRedirects = 5
)

// errRefused is the refusal of an address.
var errRefused = errors.New("ingest: address is not permitted")

// Dial connects to host:port if the address behind it is permitted.
func (g *Guard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout, Resolver: g.Resolver, ControlContext: g.control}
	return d.DialContext(ctx, network, address)
}

// control is called with each address that is about to be dialled.
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") || !g.Permits(to.Addr()) {
		return errRefused
	}
	return nil
}

// Client is an HTTP client behind the guard: at most five redirects, each checked
// anew, no cookies, no proxy, no connection kept. Compression is left to Fetch,
// which bounds it.
func (g *Guard) Client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            g.Dial,
			TLSHandshakeTimeout:    dialTimeout,
			ResponseHeaderTimeout:  30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return desk.Invalid("url", "对方转向超过 %d 次，已停止读取", maxRedirects)
			}
			return checkURL(req.URL)
		},
	}
}

// CheckURL refuses an address that Fetch would refuse by its form alone.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	if err != nil {
		return desk.Invalid("url", "地址无法识别")
	}
	return checkURL(u)
}

// checkURL refuses what isn't plain web.
func checkURL(u *url.URL) error {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return desk.Invalid("url", "地址须以 http:// 或 https:// 开头")
	}
	return nil
}

// DialFailed says in words for people why a connection could not be made. The
// address is left out of the cause: it may carry a key in its query.
func DialFailed(err error) *desk.Error {
	var failed *desk.Error
	if errors.As(err, &failed) {
		return failed
	}
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errRefused):
		return Failed(err, "该地址属于内部网络，未获准访问；确属本单位网络的，请系统管理员在启动参数 --allow-net 中放行")
	case errors.As(err, &dns):
		return Failed(err, "找不到该主机，请检查地址")
	case errors.Is(err, context.Canceled):
		return Failed(err, "读取已中止")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Failed(err, "对方响应过慢，已超过时限")
	case errors.Is(err, syscall.ECONNREFUSED):
		return Failed(err, "对方拒绝连接，请检查地址和端口")
	case isCertificate(err):
		return Failed(err, "对方证书无法验证；使用本单位证书的，请先把其根证书装入系统")
	}
	return Failed(err, "连接失败，请检查地址和网络")
}
