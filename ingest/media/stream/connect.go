package stream

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"huiying/desk"
	"huiying/ingest"
)

// link is a connection for one poll.
type link struct {
	conn   *nats.Conn
	js     jetstream.JetStream
	closed chan struct{} // once it is lost
	own    bool          // to the embedded server
	finish func()
}

// connect opens a connection, to the embedded server or through the guard. It is
// closed when ctx is done.
func (p *Poller) connect(ctx context.Context, src desk.Source, to place) (*link, error) {
	l := &link{closed: make(chan struct{}), own: to.server == ""}
	var once sync.Once
	d := &dialer{ctx: ctx, dial: p.Guard.Dial}
	options := []nats.Option{nats.Name("huiying"), nats.NoReconnect(), nats.IgnoreDiscoveredServers(), nats.SkipHostLookup(), nats.Timeout(askFor),
		nats.PingInterval(askFor), nats.MaxPingsOutstanding(2), nats.ClosedHandler(func(*nats.Conn) { once.Do(func() { close(l.closed) }) })}
	server := to.server
	if l.own {
		if p.Server == nil {
			return nil, ingest.Failed(errors.New("no embedded server"), "这里没有自带的消息服务，请写本单位消息集群的地址")
		}
		more, address, err := p.Server.reach(ctx)
		if err != nil {
			return nil, ingest.Failed(err, "自带的消息服务没有启动，请查看运行日志")
		}
		options, server, d.dial = append(options, more...), address, (&net.Dialer{Timeout: askFor}).DialContext
	}
	options = append(options, nats.SetCustomDialer(d))
	switch {
	case l.own:
	case src.Username != "":
		options = append(options, nats.UserInfo(src.Username, src.Password))
	case src.Password != "":
		options = append(options, nats.Token(src.Password))
	}
	conn, err := nats.Connect(server, options...)
	if err != nil {
		if d.err != nil {
			err = d.err
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, said(err)
	}
	l.conn = conn
	// A poll that is told to stop lets go of all that waits for the server.
	stop := context.AfterFunc(ctx, conn.Close)
	l.finish = func() { stop(); conn.Close(); <-l.closed }
	if l.js, err = jetstream.New(conn); err != nil {
		l.close()
		return nil, said(err)
	}
	return l, nil
}

// close ends the connection and everything that runs for it.
func (l *link) close() { l.finish() }

// dialer dials for the library, which has no context to give.
type dialer struct {
	ctx  context.Context
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	err  error // why it failed: the library tells less
}

// Dial implements nats.CustomDialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	conn, err := d.dial(d.ctx, network, address)
	if d.err = err; err != nil {
		return nil, err
	}
	return &bound{Conn: conn, stop: context.AfterFunc(d.ctx, func() { conn.Close() })}, nil
}

// bound is a connection that ends with its poll.
type bound struct {
	net.Conn
	stop func() bool
}

func (b *bound) Close() error {
	b.stop()
	return b.Conn.Close()
}

// stream finds the stream; that of the embedded server is made when it isn't there.
func (l *link) stream(ctx context.Context, to place) (jetstream.Stream, error) {
	s, err := l.js.Stream(ctx, to.stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) && l.own {
		s, err = l.js.CreateStream(ctx, ownStream(to.stream))
	}
	if err != nil {
		return nil, l.failed(err)
	}
	return s, nil
}

// consumer finds the durable consumer that all nodes share, or makes it. Where the
// office's cluster lets nobody make or change one, its administrators have.
func (l *link) consumer(ctx context.Context, to place, src desk.Source) (jetstream.Consumer, error) {
	name := to.durable
	if name == "" {
		name = "huiying-" + strconv.FormatInt(src.ID, 10)
	}
	made, err := l.js.CreateOrUpdateConsumer(ctx, to.stream, jetstream.ConsumerConfig{
		Durable: name, Description: "huiying", AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxDeliver: -1, MaxAckPending: unacked,
		DeliverPolicy: jetstream.DeliverAllPolicy, FilterSubjects: to.subjects,
	})
	if err != nil {
		var there error
		if made, there = l.js.Consumer(ctx, to.stream, name); there != nil {
			return nil, l.failed(err)
		}
	}
	if made.CachedInfo().Config.AckPolicy != jetstream.AckExplicitPolicy {
		return nil, ingest.Failed(errors.New("consumer without explicit acknowledgement"), "消费者“%s”不是逐条确认的，请消息集群的管理员改为 explicit", name)
	}
	return made, nil
}

// flush waits until the server has what was sent.
func (l *link) flush() error {
	if err := l.conn.FlushTimeout(askFor); err != nil {
		return l.failed(err)
	}
	return nil
}

// failed says a failure in words; of a connection that was lost, why.
func (l *link) failed(err error) error {
	if last := l.conn.LastError(); last != nil && errors.Is(err, nats.ErrConnectionClosed) {
		err = last
	}
	return said(err)
}

// said says in words for people what a server answered, or didn't.
func said(err error) error {
	var failed *desk.Error
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &failed):
		return err
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrPermissionViolation):
		return ingest.Failed(err, "对方拒绝登录或没有权限，请检查用户名和口令")
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return ingest.Failed(err, "对方没有这个消息流，请检查名称")
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return ingest.Failed(err, "对方没有开通 JetStream")
	case errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted):
		return ingest.Failed(err, "加密方式不符：加密的地址写 tls://，不加密的写 nats://")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout), errors.Is(err, nats.ErrNoServers):
		return ingest.Failed(err, "对方响应过慢，已超过时限")
	}
	return ingest.DialFailed(err)
}

// ownStream is a stream of the embedded server. What is committed is gone from it; what
// isn't is never pushed out by what comes after: a full one refuses the sender.
func ownStream(name string) jetstream.StreamConfig {
	return jetstream.StreamConfig{Name: name, Subjects: []string{name, name + ".>"}, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxBytes: maxStore / 2, MaxMsgSize: maxMessage, Duplicates: 10 * time.Minute, Storage: jetstream.FileStorage}
}
