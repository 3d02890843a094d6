package mailbox

import (
	"slices"
	"strings"

	"huiying/desk"
	"huiying/ingest"
)

// auto says what wrote a message when no person did. It asks for a clear mark: a
// letter taken for a machine's would be read by nobody. That it was sent from our own
// address is no such mark: see ours.
func auto(own string, h header) string {
	kind, params := value(h.get("Content-Type"))
	report := strings.ToLower(params["report-type"])
	_, from := sender(orSender(h))
	from = strings.ToLower(strings.TrimSpace(words(from)))
	local, _, _ := strings.Cut(from, "@")
	nobody := strings.ReplaceAll(h.get("Return-Path"), " ", "") == "<>"
	daemon := slices.Contains([]string{"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"}, local)
	switch {
	case kind == "multipart/report" && report == "delivery-status", daemon && (nobody || kind == "multipart/report"), h.get("X-Failed-Recipients") != "":
		return desk.AutoBounce
	case kind == "multipart/report" && report == "disposition-notification":
		return desk.AutoReply // a receipt
	}
	own = strings.ToLower(own)
	for _, f := range h {
		if strings.EqualFold(f.name, "X-Loop") && strings.Contains(own, "@") && strings.Contains(strings.ToLower(f.value), own) {
			return desk.AutoReply // our own words come back
		}
	}
	submitted, _ := value(h.get("Auto-Submitted"))
	submitted = firstWord(submitted)
	precedence := firstWord(strings.ToLower(h.get("Precedence")))
	switch {
	case submitted == "auto-replied", precedence == "auto_reply", precedence == "auto-reply", saysYes(h):
		return desk.AutoReply
	case nobody && precedence != "list", answersItself(h):
		return desk.AutoReply
	case submitted != "" && submitted != "no", precedence == "bulk", precedence == "list", precedence == "junk", h.get("List-Id") != "", h.get("List-Unsubscribe") != "":
		// Also the forms of websites say this of themselves, and what they carry are letters.
		return desk.AutoBulk
	}
	return ""
}

// ours says that a letter names the mailbox's own address as its sender and nobody
// else to answer. Anybody can write that: what proves a copy of our own is for the
// folder it lies in, or for the letter it answers, to say.
func ours(own string, h header) bool {
	_, from := sender(orSender(h))
	return same(own, from) && answerTo(own, h) == ""
}

// answerTo is who the answer to a letter from our own address goes to, as Reply-To
// names them, and "" when that is ourselves or the letter isn't from our address. Forms
// on websites send what people write in this way.
func answerTo(own string, h header) string {
	if _, from := sender(orSender(h)); !same(own, from) {
		return ""
	}
	for _, f := range h {
		if !strings.EqualFold(f.name, "Reply-To") {
			continue
		}
		for _, one := range addresses(f.value) {
			if _, addr := sender(one); addr != "" && !same(own, addr) {
				return one
			}
		}
	}
	return ""
}

// same says that an address is the mailbox's own; a user name that is no address names none.
func same(own, addr string) bool {
	return strings.Contains(own, "@") && strings.EqualFold(own, strings.TrimSpace(words(addr)))
}

// addresses cuts a list of them at its commas.
func addresses(v string) (list []string) {
	quoted, inside, start := false, 0, 0
	for i := 0; i < len(v) && len(list) < 20; i++ {
		switch c := v[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '(':
			inside++
		case c == '>' || c == ')':
			inside = max(0, inside-1)
		case inside == 0 && (c == ',' || c == ';' || c == ':'): // 组: a@b, c@d;
			list, start = append(list, v[start:i]), i+1
		}
	}
	return append(list, v[start:])
}

// saysYes knows the marks that answering machines put beside the standard one.
func saysYes(h header) bool {
	for _, name := range []string{"X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply", "X-QQ-Auto-Reply", "X-Vacation"} {
		if v := strings.ToLower(firstWord(h.get(name))); v != "" && v != "no" && v != "false" && v != "0" {
			return true
		}
	}
	return false
}

// answersItself knows answering machines that mark nothing by their subject. What a
// person answers begins with 回复 or Re.
func answersItself(h header) bool {
	t := strings.ToLower(ingest.Line(words(h.get("Subject"))))
	for _, begin := range []string{"自动回复:", "自动回复：", "自动回覆:", "自动答复:", "自动答复：", "[自动回复]", "【自动回复】", "automatic reply:", "auto-reply:", "autoreply:", "out of office:"} {
		if strings.HasPrefix(t, begin) {
			return true
		}
	}
	return t == "自动回复" || t == "自动答复"
}

func orSender(h header) string {
	if v := h.get("From"); v != "" {
		return v
	}
	return h.get("Sender")
}

func firstWord(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return strings.ToLower(strings.Trim(f[0], ";,"))
}

// refs are the messages that this one answers, the nearest first, as identity names them.
func refs(h header, self string) []string {
	var out []string
	add := func(v string) {
		for _, id := range messageIDs(v) {
			if id = known(id); id != "" && id != self && !slices.Contains(out, id) && len(out) < desk.MaxRefs {
				out = append(out, id)
			}
		}
	}
	add(h.get("In-Reply-To"))
	names := messageIDs(h.get("References"))
	slices.Reverse(names)
	for _, id := range names {
		add("<" + id + ">")
	}
	return out
}

// messageIDs are what stands in angle brackets.
func messageIDs(v string) (ids []string) {
	for len(ids) < 200 {
		i := strings.IndexByte(v, '<')
		if i < 0 {
			return ids
		}
		v = v[i+1:]
		id, rest, ok := strings.Cut(v, ">")
		if !ok {
			return ids
		}
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
		v = rest
	}
	return ids
}
