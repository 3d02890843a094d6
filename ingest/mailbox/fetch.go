package mailbox

import (
	"encoding/json"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
)

// fetch gets the bytes of the messages, peeking. Of one beyond the limit only the
// beginning is asked for. What arrived whole before an error is in the answer.
func fetch(c *imapclient.Client, validity uint32, sent bool, mails []mail) (map[uint32]desk.Raw, error) {
	got := make(map[uint32]desk.Raw, len(mails))
	var whole imap.UIDSet
	for _, m := range mails {
		if m.size <= MaxMail {
			whole.AddNum(imap.UID(m.uid))
			continue
		}
		err := fetchSet(c, imap.UIDSetNum(imap.UID(m.uid)), &imap.SectionPartial{Size: tooBigKeep}, func(uid uint32, b []byte, _ int64) {
			got[uid] = rawOf(note{UIDValidity: validity, UID: uid, Size: m.size, Sent: sent}, b)
		})
		if err != nil {
			return got, err
		}
	}
	if len(whole) == 0 {
		return got, nil
	}
	err := fetchSet(c, whole, nil, func(uid uint32, b []byte, size int64) {
		n := note{UIDValidity: validity, UID: uid, Sent: sent}
		if size > MaxMail {
			n.Size, b = size, b[:tooBigKeep]
		}
		got[uid] = rawOf(n, b)
	})
	return got, err
}

// fetchSet runs one FETCH. The size a server states beforehand is not believed:
// what comes beyond the limit is counted and dropped.
func fetchSet(c *imapclient.Client, set imap.UIDSet, part *imap.SectionPartial, each func(uid uint32, b []byte, size int64)) error {
	cmd := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: part}}})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		var uid uint32
		var b []byte
		var size int64
		has, ok := false, true
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = uint32(item.UID)
			case imapclient.FetchItemDataBodySection:
				has = true
				if item.Literal == nil {
					continue // NIL: the server has nothing to give
				}
				var err error
				if b, err = io.ReadAll(io.LimitReader(item.Literal, MaxMail+1)); err != nil {
					ok = false
					continue
				}
				size = int64(len(b))
				more, err := io.Copy(io.Discard, item.Literal)
				size, ok = size+more, ok && err == nil && size+more >= item.Literal.Size()
			}
		}
		// Flags that change meanwhile come as answers of their own, without a body.
		if uid != 0 && has && ok {
			each(uid, b, size)
		}
	}
	return cmd.Close()
}

func rawOf(n note, b []byte) desk.Raw {
	j, err := json.Marshal(n)
	if err != nil {
		panic("mailbox: a note of numbers can't be JSON: " + err.Error())
	}
	if b == nil {
		b = []byte{}
	}
	return desk.Raw{ContentType: "message/rfc822", Bytes: b, Note: j}
}
