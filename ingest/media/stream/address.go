package stream

import (
	"net"
	"net/url"
	"strings"

	"huiying/desk"
)

// Kind is the kind of these sources.
const Kind = "stream"

// Embedded is the host that stands for the server that the program runs itself.
const Embedded = "embedded"

// maxName bounds the name of a stream, a consumer and a subject.
const maxName = 200

// place is where messages are: nats://host:port/STREAM?subject=…&durable=…
type place struct {
	server   string // nats://host:port or tls://host:port, nothing behind it; "" is the embedded one
	stream   string
	durable  string // "": by the source's number
	subjects []string
}

// CheckURL refuses an address that can't be one.
func CheckURL(s string) error {
	_, err := parse(s)
	return err
}

func parse(s string) (p place, err error) {
	u, err := url.Parse(s)
	if err != nil {
		return p, desk.Invalid("url", "地址无法识别")
	}
	if (u.Scheme != "nats" && u.Scheme != "tls") || u.Hostname() == "" {
		return p, desk.Invalid("url", "消息流地址形如 nats://主机:4222/消息流，加密的写 tls://；用本机自带的写 nats://embedded/消息流")
	}
	if p.stream = strings.Trim(u.Path, "/"); !isName(p.stream) {
		return p, desk.Invalid("url", "请在地址的 / 之后写明消息流的名称，只用字母、数字、- 和 _")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return p, desk.Invalid("url", "地址无法识别")
	}
	for key, values := range query {
		for _, v := range values {
			switch {
			case key == "durable" && isName(v) && len(values) == 1:
				p.durable = v
			case key == "subject" && isSubject(v):
				p.subjects = append(p.subjects, v)
			case key == "durable" || key == "subject":
				return p, desk.Invalid("url", "地址中的 %s 不能是“%s”", key, v)
			default:
				return p, desk.Invalid("url", "地址中没有 %s 这一项，可用的有：subject、durable", key)
			}
		}
	}
	if u.Hostname() == Embedded {
		if u.Port() != "" || u.Scheme != "nats" {
			return p, desk.Invalid("url", "用本机自带的写 nats://embedded/消息流，不带端口")
		}
		return p, nil
	}
	port := u.Port()
	if port == "" {
		port = "4222"
	}
	p.server = u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port)
	return p, nil
}

// isName says whether a stream or a consumer can be called so.
func isName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// isSubject says whether messages can be chosen by it.
func isSubject(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) &&
		!strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") && !strings.Contains(s, "..")
}
