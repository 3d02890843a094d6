package mailbox

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
	"huiying/ingest"
)

// maxSession bounds what one poll reads from a server.
const maxSession = 1 << 30

// place is where a mailbox is.
type place struct {
	host, address string
	folders       []string // everyFolder alone: those that the account has
	implicitTLS   bool
}

// single says that the source is one folder, named in its address.
func (p place) single() bool { return len(p.folders) == 1 && p.folders[0] != everyFolder }

// CheckURL refuses what isn't imap[s]://host[:port][/folder], /* for all folders, or
// ?folder=a&folder=b for several.
func CheckURL(s string) error { _, err := parseURL(s); return err }

// parseURL takes the address apart; the folder is INBOX by default.
func parseURL(s string) (place, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "imap" && u.Scheme != "imaps") || u.Hostname() == "" {
		return place{}, desk.Invalid("url", "邮箱地址应如 imaps://主机/文件夹")
	}
	p := place{host: u.Hostname(), implicitTLS: u.Scheme == "imaps"}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(query) > 1 || len(query) == 1 && query["folder"] == nil || len(query["folder"]) > maxFolders {
		return place{}, desk.Invalid("url", "邮箱地址应如 imaps://主机/文件夹")
	}
	for _, f := range append([]string{strings.Trim(u.Path, "/")}, query["folder"]...) {
		if f != "" && !slices.Contains(p.folders, f) {
			p.folders = append(p.folders, f)
		}
	}
	if slices.Contains(p.folders, everyFolder) && len(p.folders) > 1 {
		return place{}, desk.Invalid("url", "“*”已包括所有文件夹，不必再写其他文件夹")
	}
	port := u.Port()
	switch {
	case port == "" && p.implicitTLS:
		port = "993"
	case port == "":
		port = "143"
	}
	if len(p.folders) == 0 {
		p.folders = []string{"INBOX"}
	}
	p.address = net.JoinHostPort(p.host, port)
	return p, nil
}

// open connects and logs in. imaps:// is TLS from the first byte. imap:// takes
// STARTTLS when the server offers it; what was found the first time (a
// certificate that can be verified, or which one, or none) is remembered in seen,
// and nothing less is taken afterwards: nobody gets the password by standing in
// between later. The client is closed when ctx is done.
func (p *Poller) open(ctx context.Context, src desk.Source, to place, seen string, hear *imapclient.UnilateralDataHandler) (c *imapclient.Client, now string, err error) {
	if to.implicitTLS {
		c, err = p.dialTLS(ctx, to, hear)
		now = "verified"
	} else {
		c, now, err = p.dialStart(ctx, to, seen, hear)
	}
	if err != nil {
		return nil, "", err
	}
	if err := login(c, src); err != nil {
		c.Close() //nolint:errcheck // the login failed: that is what counts
		return nil, "", err
	}
	return c, now, nil
}

func (p *Poller) dial(ctx context.Context, to place) (net.Conn, error) {
	conn, err := p.Guard.Dial(ctx, "tcp", to.address)
	if err != nil {
		return nil, ingest.DialFailed(err)
	}
	m := &metered{Conn: conn, left: maxSession}
	// The library's functions take no context: closing is what ends them.
	m.stop = context.AfterFunc(ctx, func() { conn.Close() })
	return m, nil
}

func (p *Poller) dialTLS(ctx context.Context, to place, hear *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	conn, err := p.dial(ctx, to)
	if err != nil {
		return nil, err
	}
	t := tls.Client(conn, &tls.Config{ServerName: to.host, RootCAs: p.Roots})
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(ingest.DialFailed(err), conn.Close())
	}
	return p.greeted(imapclient.New(t, &imapclient.Options{UnilateralDataHandler: hear}))
}

// greeted waits for the server's first word.
func (p *Poller) greeted(c *imapclient.Client) (*imapclient.Client, error) {
	if err := c.WaitGreeting(); err != nil {
		c.Close() //nolint:errcheck // there was no session yet
		return nil, ingest.Failed(err, "对方不是邮件服务器，或没有应答")
	}
	return c, nil
}

// dialStart opens imap://.
func (p *Poller) dialStart(ctx context.Context, to place, seen string, hear *imapclient.UnilateralDataHandler) (*imapclient.Client, string, error) {
	offered := seen != "" && seen != "none"
	if !offered {
		conn, err := p.dial(ctx, to)
		if err != nil {
			return nil, "", err
		}
		c := imapclient.New(conn, &imapclient.Options{UnilateralDataHandler: hear})
		if c, err = p.greeted(c); err != nil {
			return nil, "", err
		}
		if !c.Caps().Has(imap.CapStartTLS) {
			return c, "none", nil
		}
		c.Close() //nolint:errcheck // only to ask; the next connection is the real one
	}
	conn, err := p.dial(ctx, to)
	if err != nil {
		return nil, "", err
	}
	now := ""
	c, err := imapclient.NewStartTLS(conn, &imapclient.Options{UnilateralDataHandler: hear, TLSConfig: &tls.Config{
		ServerName: to.host,
		// Verified below: for imap:// a certificate of the office's own making is
		// taken at the first meeting, as with ssh, and only that one afterwards.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			now, err = p.certificate(cs, to.host, seen)
			return err
		},
	}})
	var no *imap.Error
	switch {
	case errors.As(err, &no):
		return nil, "", errors.Join(ingest.Failed(err, noTLS), conn.Close())
	case err != nil:
		return nil, "", errors.Join(ingest.DialFailed(err), conn.Close())
	}
	return c, now, nil
}

// noTLS is for a server that was once met with encryption and refuses it now.
const noTLS = "邮件服务器不再提供加密连接，已停止读取以保护口令；请向邮箱管理员核实，确认无误后改用 imaps:// 地址，或重新添加该来源"

// errChanged refuses a certificate that isn't the one known.
var errChanged = desk.Invalid("url", "邮件服务器的证书与上次不同且无法验证，已停止读取以保护口令；确认更换后请重新添加该来源")

func (p *Poller) certificate(cs tls.ConnectionState, host, seen string) (string, error) {
	if len(cs.PeerCertificates) == 0 {
		return "", errChanged
	}
	opts := x509.VerifyOptions{DNSName: host, Roots: p.Roots, Intermediates: x509.NewCertPool()}
	for _, c := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(c)
	}
	if _, err := cs.PeerCertificates[0].Verify(opts); err == nil {
		return "verified", nil
	}
	sum := sha256.Sum256(cs.PeerCertificates[0].Raw)
	pin := "sha256:" + hex.EncodeToString(sum[:])
	if seen != "" && seen != "none" && seen != pin {
		return "", errChanged
	}
	return pin, nil
}

func login(c *imapclient.Client, src desk.Source) error {
	err := c.Login(src.Username, src.Password).Wait()
	var no *imap.Error
	switch {
	case errors.As(err, &no):
		return ingest.Failed(errors.New("login: "+string(no.Code)), "登录被邮件服务器拒绝，请检查用户名和口令（或授权码）")
	case err != nil:
		return ingest.Failed(err, "登录时连接中断")
	}
	if c.Caps().Has(imap.CapID) {
		// Some of the big Chinese providers refuse SELECT to who doesn't say its name.
		if _, err := c.ID(&imap.IDData{Name: "huiying", Version: "1"}).Wait(); err != nil && !errors.As(err, &no) {
			return ingest.Failed(err, "登录后连接中断")
		}
	}
	return nil
}

// metered is a connection that ends with its context, or when it brings more than
// any mailbox should at once.
type metered struct {
	net.Conn
	left int64
	stop func() bool
}

func (m *metered) Close() error {
	m.stop()
	return m.Conn.Close()
}

var errTooMuch = errors.New("mailbox: the server sends without end")

func (m *metered) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooMuch
	}
	n, err := m.Conn.Read(b)
	m.left -= int64(n)
	return n, err
}
