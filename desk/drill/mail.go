package drill

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

const mailUser = "letters"

// Mail is a mail server on this machine that holds the drill's letters.
type Mail struct {
	URL            string // imap://host:port/INBOX
	User, Password string

	user   *imapmemserver.User
	server *imapserver.Server
	ended  chan struct{}
}

// NewMail opens the server on a free port of the loopback interface.
func NewMail() (*Mail, error) {
	m := &Mail{User: mailUser, Password: rand.Text(), ended: make(chan struct{})}
	m.user = imapmemserver.NewUser(m.User, m.Password)
	if err := m.user.Create("INBOX", nil); err != nil {
		return nil, err
	}
	memory := imapmemserver.New()
	memory.AddUser(m.user)
	m.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0), // what a client breaks off is no news
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m.URL = "imap://" + l.Addr().String() + "/INBOX"
	go func() {
		defer close(m.ended)
		_ = m.server.Serve(l) // ends when closed
	}()
	return m, nil
}

// Close ends the server.
func (m *Mail) Close() error {
	err := m.server.Close()
	<-m.ended
	return err
}

// literal is a message as the mail server takes it.
type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// put delivers a letter.
func (m *Mail) put(begins time.Time, in Incoming) error {
	at := begins.Add(time.Duration(in.At))
	text := fmt.Sprintf("From: %s <%s@letters.example>\r\nTo: letters@office.example\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@letters.example>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
		mime.BEncoding.Encode("utf-8", in.From), in.ID(), mime.BEncoding.Encode("utf-8", in.Subject), at.Format(time.RFC1123Z), in.ID(),
		strings.ReplaceAll(trim(in.Letter), "\n", "\r\n"))
	_, err := m.user.Append("INBOX", literal{strings.NewReader(text)}, &imap.AppendOptions{Time: at})
	return err
}
