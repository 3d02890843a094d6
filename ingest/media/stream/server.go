package stream

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Limits of the embedded server.
const (
	maxMessage     = 1 << 20 // bytes of a message
	maxStore       = 4 << 30 // bytes on disk, all streams together
	maxConnections = 256
	// syncEvery is how much a power cut may take of what senders were told is stored; a
	// process that is killed takes nothing.
	syncEvery = time.Second
	startFor  = 20 * time.Second
)

// DefaultListen is where the embedded server listens.
const DefaultListen = "127.0.0.1:4222"

// Server is the NATS server that the program runs itself, for an office that has none:
// on this machine only unless it has a certificate, and only for those who know the
// token. It starts when it is first needed, or when it is told to.
type Server struct {
	Dir       string // <data>/stream: messages, the token, the address
	Listen    string // host:port; "" is DefaultListen
	Cert, Key string // PEM files; needed to listen beyond this machine
	Log       *slog.Logger

	mu      sync.Mutex
	running *server.Server
	lock    *os.File
	token   string
}

// Check refuses an address to listen on that would show the token to the network.
func (s *Server) Check() error {
	host, port, err := net.SplitHostPort(s.listen())
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("stream: %s is not a port", port)
	}
	addr, err := netip.ParseAddr(host)
	if loopback := host == "localhost" || err == nil && addr.IsLoopback(); !loopback && (s.Cert == "" || s.Key == "") {
		return fmt.Errorf("stream: %s can be reached from other machines: it needs a certificate and its key", s.listen())
	}
	return nil
}

func (s *Server) listen() string {
	if s.Listen == "" {
		return DefaultListen
	}
	return s.Listen
}

// Run starts the server, if it is to start at once, and stops it when ctx is done.
func (s *Server) Run(ctx context.Context, atOnce bool) error {
	defer s.stop()
	if atOnce {
		if _, _, err := s.reach(ctx); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// reach gives the way to the server, which is started if need be. Another process
// on the same folder may run it: then this one goes there.
func (s *Server) reach(ctx context.Context) ([]nats.Option, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		err := s.start()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			address, err := os.ReadFile(s.addressFile())
			if err != nil {
				return nil, "", fmt.Errorf("another process runs the server, and says not where: %w", err)
			}
			token, err := s.secret()
			return []nats.Option{nats.Token(token)}, strings.TrimSpace(string(address)), err
		}
		if err != nil {
			return nil, "", err
		}
	}
	return []nats.Option{nats.InProcessServer(s.running), nats.Token(s.token)}, "nats://" + Embedded, nil
}

func (s *Server) addressFile() string { return filepath.Join(s.Dir, "address") }

// start starts it, under a lock on its folder.
func (s *Server) start() (err error) {
	if err := s.Check(); err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(s.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	if s.token, err = s.secret(); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(s.listen())
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	if number == 0 {
		number = server.RANDOM_PORT
	}
	o := &server.Options{ServerName: "huiying", Host: host, Port: number, Authorization: s.token, NoSigs: true, NoSystemAccount: true,
		MaxPayload: maxMessage, MaxConn: maxConnections, JetStream: true, JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: maxStore,
		StoreDir: s.Dir, SyncInterval: syncEvery, DisableJetStreamBanner: true}
	scheme := "nats"
	if s.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
		if err != nil {
			return err
		}
		o.TLSConfig, o.TLS, o.TLSTimeout, scheme = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, true, 5, "tls"
	}
	ns, err := server.NewServer(o)
	if err != nil {
		return err
	}
	words := &words{log: s.Log}
	ns.SetLoggerV2(words, false, false, false)
	ns.Start()
	if !ns.ReadyForConnections(startFor) || !ns.JetStreamEnabled() {
		ns.Shutdown()
		ns.WaitForShutdown()
		return fmt.Errorf("the embedded server did not start: %s", words.lastSaid())
	}
	address := scheme + "://" + ns.Addr().String()
	if err := os.WriteFile(s.addressFile(), []byte(address+"\n"), 0o600); err != nil {
		ns.Shutdown()
		ns.WaitForShutdown()
		return err
	}
	s.running, s.lock = ns, lock
	s.Log.Info("messages are taken", "address", address, "token", filepath.Join(s.Dir, "token"))
	return nil
}

// stop ends it; what it stored stays.
func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return
	}
	s.running.Shutdown()
	s.running.WaitForShutdown()
	s.lock.Close() // which gives the folder free
	s.running, s.lock = nil, nil
}

// secret is the token that senders show, made once.
func (s *Server) secret() (string, error) {
	path := filepath.Join(s.Dir, "token")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		b, err := os.ReadFile(path)
		if token := strings.TrimSpace(string(b)); err != nil || token != "" {
			return token, err
		}
		return "", fmt.Errorf("%s is empty: remove it, and a new one is made", path)
	}
	if err != nil {
		return "", err
	}
	token := rand.Text()
	_, err = f.WriteString(token + "\n")
	return token, errors.Join(err, f.Close())
}

// words are what the server says, in our log.
type words struct {
	log  *slog.Logger
	mu   sync.Mutex
	last string
}

func (w *words) say(log func(string, ...any), format string, v []any) {
	text := fmt.Sprintf(format, v...)
	w.mu.Lock()
	w.last = text
	w.mu.Unlock()
	log("the embedded stream server", "says", text)
}

func (w *words) lastSaid() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *words) Noticef(format string, v ...any) { w.log.Debug(fmt.Sprintf(format, v...)) }
func (w *words) Warnf(format string, v ...any)   { w.say(w.log.Warn, format, v) }
func (w *words) Fatalf(format string, v ...any)  { w.say(w.log.Error, format, v) }
func (w *words) Errorf(format string, v ...any)  { w.say(w.log.Error, format, v) }
func (w *words) Debugf(string, ...any)           {}
func (w *words) Tracef(string, ...any)           {}
