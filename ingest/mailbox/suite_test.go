package mailbox

import (
	"testing"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/ingesttest"
)

func rawMail(msgs ...ingesttest.Message) desk.Raw {
	return rawOf(note{UIDValidity: 1, UID: 1}, []byte(mailOf(msgs[0])))
}

func TestSuiteLetters(t *testing.T) {
	src := desk.Source{URL: "imap://mail.example.com/INBOX"}
	k := mailKind()
	ingesttest.Parsers(t, k, src, rawMail)
}

func TestSuiteDovecot(t *testing.T) {
	ingesttest.Pollers(t, mailKind(), func(t testing.TB, password string) (ingesttest.Outside, desk.Source) {
		d := startDovecot(t, password, "")
		return d, d.source()
	})
}

func FuzzParse(f *testing.F) {
	for _, m := range ingesttest.Messages(1, 2) {
		f.Add([]byte(mailOf(m)))
	}
	for _, s := range letters {
		f.Add([]byte(s))
	}
	for _, b := range corpus.Files(f, "encodings/mail/*.eml", "mail/enmime/testdata/*/*.raw") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if why := ingesttest.Unsound(Parser{}, rawOf(note{UIDValidity: 1, UID: 1}, b)); why != "" {
			t.Error(why)
		}
	})
}
