package ferry

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/ingesttest"
)

// sides are an outer node and an office with nothing but two pairs of folders between them.
type sides struct {
	*ingesttest.Door
	*testing.T
	rnd      *rand.Rand
	g        *gateway
	outer    *Outer
	box      desk.OuterBox
	opt      OuterOptions
	poller   *Poller
	ferryman *Ferryman
	sealer   *pg.Sealer
	files    int
	fuse     int // changes of files until a process dies; 0: it doesn't
	sent     map[string]string
	notices  map[string]bool
	pubs     int
	in       desk.Incident
	began    time.Time
}

var errKilled = errors.New("killed")

func newSides(t *testing.T, seed uint64) *sides {
	t.Helper()
	s := &sides{T: t, rnd: rand.New(rand.NewPCG(seed, 1)), g: startGateway(t), sent: map[string]string{}, notices: map[string]bool{}, began: time.Now()}
	src := s.g.source()
	src.Password = innerSecret
	s.poller = &Poller{Root: s.g.root, Real: s.real, hook: s.hook}
	s.Door = ingesttest.Open(t, ferryKind(s.poller), src)
	s.Feed = s.PG.Feed()
	s.sealer = pg.NewSealer(s.PG, pg.SealerOptions{Now: s.Now, Real: time.Now})
	s.ferryman = &Ferryman{Desk: s.Desk, Root: s.g.root, Real: s.real, hook: s.hook}
	out := t.TempDir()
	s.opt = OuterOptions{Key: outerKey(), Peer: public(innerKey()), Real: s.real, Log: slog.New(slog.DiscardHandler)}
	for name, f := range map[string]*Folder{"node": &s.opt.Dir, "in": &s.opt.In, "out": &s.opt.Out} {
		*f = Folder{filepath.Join(out, name), s.hook}
		if err := os.Mkdir(f.Dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	s.open()
	t.Cleanup(func() { s.outer.Close() })
	var err error
	s.in, err = s.RaiseIncident(t.Context(), s.As(desk.RoleDuty), desk.Raise{Title: "停水", Kind: "事故灾难", Grade: &desk.Grade{Level: desk.LevelMajor, At: s.Now()}})
	s.must(err)
	s.round() // each side knows of the other from here on
	return s
}

// real is real time, moved together with the office's.
func (s *sides) real() time.Time { return s.began.Add(s.Now().Sub(deskStart)) }

var deskStart = time.Date(2026, 11, 20, 12, 13, 0, 0, time.UTC)

// hook lets a process die before a change of a file.
func (s *sides) hook(string) error {
	if s.fuse > 0 {
		if s.fuse--; s.fuse == 0 {
			return errKilled
		}
	}
	return nil
}

func (s *sides) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// open starts the outer node, again and again when it dies in that.
func (s *sides) open() {
	for {
		o, err := OpenOuter(s.Context(), s.opt)
		if err == nil {
			s.outer, s.box = o, desk.OuterBox{Spool: o, Now: s.Now}
			return
		}
		if !errors.Is(err, errKilled) {
			s.Fatal(err)
		}
	}
}

// outside does a round of the outer node; a death is followed by another life.
func (s *sides) outside() {
	err := s.outer.RunOnce(s.Context())
	if errors.Is(err, errKilled) {
		s.outer.Close()
		s.open()
		return
	}
	s.must(err)
}

// inside does a round of the office.
func (s *sides) inside() {
	_, err := s.sealer.RunOnce(s.Context(), s.Now())
	s.must(err)
	if _, err := s.ferryman.RunOnce(s.Context(), s.Now()); err != nil && !errors.Is(err, errKilled) {
		s.Fatal(err)
	}
	if _, err := s.Runner.RunOnce(s.Context(), s.Clock.Move(2*time.Minute)); err != nil {
		s.Fatal(err)
	}
}

// carry is the gateway: it takes what is in one folder and puts it into the other, and
// loses, repeats and delays as it likes.
func (s *sides) carry(from, to Folder, faults bool) {
	for _, suffix := range []string{suffixBatch, suffixReceipt} {
		files, err := from.List(suffix)
		s.must(err)
		s.rnd.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		for _, f := range files {
			b, err := from.Read(f.Name, MaxFile)
			s.must(err)
			fate := 9
			if faults {
				fate = s.rnd.IntN(10)
			}
			if fate == 0 {
				continue // later
			}
			s.must(os.Remove(filepath.Join(from.Dir, f.Name)))
			put := func(b []byte) {
				s.files++
				s.must(os.WriteFile(filepath.Join(to.Dir, fmt.Sprintf("%06d-%s", s.rnd.IntN(1e6), f.Name)), b, 0o600))
			}
			switch fate {
			case 1, 2: // lost
			case 3:
				put(b)
				put(b)
			case 4:
				put(b[:s.rnd.IntN(len(b))]) // cut off for good
			default:
				put(b)
			}
		}
	}
}

func (s *sides) gatewayRound(faults bool) {
	in, out := Folder{Dir: s.opt.In.Dir}, Folder{Dir: s.opt.Out.Dir}
	s.carry(out, s.g.in(), faults)
	s.carry(s.g.out(), in, faults)
}

// round is everything once, without a fault.
func (s *sides) round() {
	s.fuse = 0
	s.outside()
	s.gatewayRound(false)
	s.inside()
	s.gatewayRound(false)
	s.outside()
}

// write has somebody of the public send a letter, until it is confirmed to them.
func (s *sides) write() {
	token, err := s.box.NewLetterForm(s.Context())
	s.must(err)
	s.Clock.Move(5 * time.Second)
	n := len(s.sent) + 1
	form := desk.LetterForm{Token: token, Title: fmt.Sprintf("来信 %d", n), Words: "自来水发黄，请查。", Name: "来信人", Phone: "13900001234", Sealed: n%3 == 0}
	for {
		code, err := s.box.SendLetter(s.Context(), form)
		if err == nil {
			s.sent[code] = form.Title
			if again, err := s.box.SendLetter(s.Context(), form); err != nil || again != code {
				s.Fatalf("the same form again: %q %v", again, err)
			}
			return
		}
		if desk.CodeOf(err) != desk.CodeUnavailable {
			s.Fatal(err)
		}
		s.outer.Close() // it died, and comes back
		s.open()
	}
}

// answer has the office answer one letter, or another version of it.
func (s *sides) answer() {
	for _, it := range s.Items() {
		if s.rnd.IntN(2) == 0 {
			continue
		}
		f, err := s.Item(s.Context(), desk.System, it.ID)
		s.must(err)
		_, err = s.AnswerLetter(s.Context(), s.revealer(), it.ID, len(f.Replies), fmt.Sprintf("已处理，第 %d 次答复。", len(f.Replies)+1))
		s.must(err)
		return
	}
}

func (s *sides) revealer() desk.Actor {
	return desk.Actor{Name: "系统", Roles: []desk.Role{desk.RoleDuty, desk.RoleLeader}, PersonID: s.As(desk.RoleDuty).PersonID}
}

func (s *sides) publish() {
	ctx := s.Context()
	r, err := s.DraftRelease(ctx, s.As(desk.RolePress), s.in.ID, desk.ReleaseFollowUp, "通报", fmt.Sprintf("第 %d 次通报。", s.pubs+1))
	s.must(err)
	r, err = s.SubmitRelease(ctx, s.As(desk.RolePress), r.ID, r.Current.N)
	s.must(err)
	r, err = s.ReviewRelease(ctx, s.As(desk.RoleSecrecy), r.ID, r.Current.N, desk.ReviewPass, "不涉密", nil)
	s.must(err)
	r, err = s.SignRelease(ctx, s.As(desk.RoleLeader), r.ID, r.Current.N, true, "", nil)
	s.must(err)
	_, err = s.PublishRelease(ctx, s.As(desk.RolePress), r.ID, r.Current.N, desk.Publish{Channel: "门户网站", Proof: desk.Proof{Address: "https://yunze.example/t"}})
	s.must(err)
	s.pubs++
}

func (s *sides) notice() {
	key := fmt.Sprintf("clock/%d", s.rnd.IntN(5))
	n, err := s.FerryNotice(s.Context(), key, "事件 1 号：剩 1 小时，请回值班室")
	if err != nil || n != 1 {
		s.Fatal(n, err)
	}
	s.notices[key] = true
}

// settled runs without faults until nothing is on its way, and compares both sides.
func (s *sides) settled() {
	s.Helper()
	for range 12 {
		s.Clock.Move(7 * time.Hour) // beyond every wait
		s.round()
	}
	items := s.Items()
	if len(items) != len(s.sent) {
		s.Errorf("%d letters inside of %d that were confirmed to their writers", len(items), len(s.sent))
	}
	titles := s.Titles()
	for code, title := range s.sent {
		if titles[title] != 1 {
			s.Errorf("%s is inside %d times", title, titles[title])
		}
		st, err := s.box.LetterByCode(s.Context(), desk.FormatCode(code))
		s.must(err)
		for _, it := range items {
			if it.Title != title {
				continue
			}
			if it.Version != 1 {
				s.Errorf("%s has version %d", title, it.Version)
			}
			f, err := s.Item(s.Context(), desk.System, it.ID)
			s.must(err)
			if n := len(f.Replies); n > 0 && (st.State != "answered" || st.Reply == nil || st.Reply.Version != n || st.Reply.Body != f.Replies[n-1].Body || st.Reply.Person != "") || n == 0 && st.Reply != nil {
				s.Errorf("%s: outside %+v %+v, inside %d replies", title, st, st.Reply, n)
			}
		}
	}
	all := s.read(s.outer.letters)
	for _, left := range []string{"13900001234", "自来水发黄", "来信人"} {
		if strings.Contains(all, left) {
			s.Errorf("%q is still outside", left)
		}
	}
	if got := strings.Count(s.read(s.outer.publications), "published_at"); got != s.pubs {
		s.Errorf("%d publications outside of %d", got, s.pubs)
	}
	names, err := s.outer.notices.list(".json")
	s.must(err)
	if len(names) != len(s.notices) {
		s.Errorf("%d notices outside of %d", len(names), len(s.notices))
	}
	if made, err := s.outer.made(); err != nil || len(made) != 0 {
		s.Errorf("batches that nobody has confirmed: %v %v", made, err)
	}
	var open int
	s.must(s.PG.Pool().QueryRow(s.Context(), `SELECT (SELECT count(*) FROM ferry_batch) + (SELECT count(*) FROM ferry_due WHERE marked <> packed)`).Scan(&open))
	if open != 0 {
		s.Errorf("%d batches or things to tell are open inside", open)
	}
}

func (s *sides) read(f Folder) (all string) {
	names, err := f.list(".json")
	s.must(err)
	for _, n := range names {
		b, err := f.Read(n, MaxFile)
		s.must(err)
		all += string(b)
	}
	return all
}

// TestThereAndBack: a letter goes in, its answer and what was published come out.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	s := newSides(t, 1)
	s.write()
	for code := range s.sent {
		if st, err := s.box.LetterByCode(t.Context(), code); err != nil || st.State != "received" {
			t.Fatalf("%+v %v", st, err)
		}
	}
	if _, err := s.box.LetterByCode(t.Context(), "000 000 0000"); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("a code of nobody: %v", err)
	}
	s.round()
	s.round()
	if len(s.Items()) != 1 {
		t.Fatal("the letter isn't inside")
	}
	for _, it := range s.Items() {
		_, err := s.AnswerLetter(t.Context(), s.revealer(), it.ID, 0, "管网冲洗已完成。")
		s.must(err)
	}
	s.publish()
	s.notice()
	s.settled()
	for code := range s.sent {
		if st, err := s.box.LetterByCode(t.Context(), code); err != nil || st.State != "answered" || st.Reply.Body != "管网冲洗已完成。" {
			t.Errorf("%+v %v", st, err)
		}
	}
	name := s.read(s.outer.notices)
	var n desk.FerryNoticeBody
	if err := json.Unmarshal([]byte(name), &n); err != nil || n.Text != "事件 1 号：剩 1 小时，请回值班室" {
		t.Errorf("%+v %v", n, err)
	}
}

// TestNothingLostNothingTwice: files are lost, repeated, delayed and cut off, and processes on both sides die
// before any change of a file; in the end each letter is inside once, and what is known inside is known outside.
func TestNothingLostNothingTwice(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newSides(t, seed)
			for range 40 {
				if s.rnd.IntN(2) == 0 {
					s.fuse = 1 + s.rnd.IntN(8)
				}
				switch s.rnd.IntN(8) {
				case 0:
					s.write()
				case 1:
					s.answer()
				case 2:
					s.fuse = 0
					if s.pubs < 3 {
						s.publish()
					}
				case 3:
					s.notice()
				case 4:
					s.gatewayRound(true)
				case 5:
					s.Clock.Move(time.Duration(s.rnd.IntN(20)) * time.Minute)
				default:
					s.outside()
					s.inside()
				}
			}
			s.settled()
		})
	}
}

// TestRestoredBehind: either side restored from an old copy begins its sequence anew instead of using numbers again.
func TestRestoredBehind(t *testing.T) {
	t.Parallel()
	s := newSides(t, 3)
	state, err := s.opt.Dir.Read(stateFile, maxState)
	s.must(err)
	s.write()
	s.round()
	s.round()
	s.outer.Close()
	s.must(s.opt.Dir.Put(stateFile, state)) // yesterday's
	s.open()
	s.write()
	s.round()
	s.round()
	_, err = s.PG.Pool().Exec(t.Context(), `UPDATE ferry_stream SET made = 0, acked = 0, last = ''`)
	s.must(err)
	_, err = s.PG.Pool().Exec(t.Context(), `DELETE FROM ferry_batch`)
	s.must(err)
	s.answer()
	s.publish()
	s.write()
	s.settled()
}

// TestSpoolIsTheWriters: what the spool holds is readable by its owner alone, and a code leads to no words.
func TestSpoolIsTheWriters(t *testing.T) {
	t.Parallel()
	s := newSides(t, 5)
	s.write()
	names, err := s.outer.codes.list("")
	s.must(err)
	for code := range s.sent {
		sum := sha256.Sum256([]byte(code))
		if len(names) != 1 || names[0] == code || names[0] == hex.EncodeToString(sum[:]) {
			t.Errorf("the code stands on the disk: %v", names)
		}
	}
	for _, f := range []Folder{s.outer.letters, s.outer.codes} {
		list, err := os.ReadDir(f.Dir)
		s.must(err)
		for _, e := range list {
			info, err := e.Info()
			s.must(err)
			if info.Mode().Perm()&0o007 != 0 {
				t.Errorf("%s is %v", e.Name(), info.Mode())
			}
		}
	}
}
