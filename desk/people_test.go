package desk_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
)

func TestAdministratorsAreNeverOnePerson(t *testing.T) {
	t.Parallel()
	admins := map[desk.Role]bool{desk.RoleSysadmin: true, desk.RoleSecadmin: true, desk.RoleAuditor: true}
	all := make([]desk.Role, len(desk.RoleNames))
	for i, n := range desk.RoleNames {
		all[i] = n.Role
	}
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, 5, rapid.ID[desk.Role]).Draw(t, "roles")
		mixed := false
		for _, r := range roles {
			mixed = mixed || admins[r] && len(roles) > 1
		}
		if err := desk.CheckRoles(roles); (err != nil) != mixed {
			t.Fatalf("%v: %v", roles, err)
		}
	})
	if err := desk.CheckRoles([]desk.Role{"king"}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("an unknown role: %v", err)
	}
}

func TestFiveWrongPasswordsLock(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.As(desk.RoleDuty)
	for range 5 {
		if _, err := o.SignIn(t.Context(), "duty", "wrong"); desk.CodeOf(err) != desk.CodeUnauthenticated {
			t.Fatal(err)
		}
	}
	if _, err := o.SignIn(t.Context(), "duty", "a password for duty"); desk.CodeOf(err) != desk.CodeTooMany {
		t.Fatalf("not locked: %v", err)
	}
	o.Clock.Move(16 * time.Minute)
	if p, err := o.SignIn(t.Context(), "duty", "a password for duty"); err != nil || p.Name != "duty" {
		t.Fatalf("still locked: %v", err)
	}
	unknown, known := "", ""
	if _, err := o.SignIn(t.Context(), "nobody", "wrong"); err != nil {
		unknown = err.Error()
	}
	if _, err := o.SignIn(t.Context(), "duty", "wrong"); err != nil {
		known = err.Error()
	}
	if unknown == "" || unknown != known {
		t.Errorf("the answer tells who has a login: %q, %q", unknown, known)
	}
}

func TestKeysSpeakForTheirOwner(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.As(desk.RoleDuty)
	token, err := o.AddToken(t.Context(), o.As(desk.RoleSecadmin), "duty")
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := o.ByKey(t.Context(), token)
	if err != nil || !who.Has(desk.RoleDuty) || who.Via != "token" {
		t.Fatalf("%+v, %v", who, err)
	}
	src, key, err := o.AddSource(t.Context(), o.As(desk.RoleSysadmin), desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "第二热线"}, true)
	if err != nil || key == "" {
		t.Fatal(err)
	}
	who, of, err := o.ByKey(t.Context(), key)
	if err != nil || of.ID != src.ID || who.SourceID != src.ID || who.May(desk.ActItemRead) {
		t.Fatalf("%+v %+v %v", who, of, err)
	}
	o.Push(desk.Incoming{Title: "另一来源的来件"})
	if items, err := o.Items(t.Context(), who, desk.ItemFilter{}); err != nil || len(items) != 0 {
		t.Errorf("a source's key reads what isn't its own: %+v, %v", items, err)
	}
	if _, err := o.Incidents(t.Context(), who, desk.IncidentFilter{}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("a source's key reads incidents: %v", err)
	}
	for _, bad := range []string{"", "hy_", strings.Repeat("x", 30), strings.Repeat("x", 10_000)} {
		if _, _, err := o.ByKey(t.Context(), bad); desk.CodeOf(err) != desk.CodeUnauthenticated {
			t.Errorf("key %.10q: %v", bad, err)
		}
	}
}

func TestADepartmentSeesItsOwnAlone(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	res := o.Push(desk.Incoming{Title: "路灯不亮"}, desk.Incoming{Title: "停水"})
	duty := o.As(desk.RoleDuty)
	if _, err := o.CorrectItem(t.Context(), duty, desk.Correction{Item: res[0].ID, Fields: map[string]string{"department": "城管局"}}); err != nil {
		t.Fatal(err)
	}
	items, err := o.Items(t.Context(), o.As(desk.RoleDepartment), desk.ItemFilter{})
	if err != nil || len(items) != 1 || items[0].ID != res[0].ID {
		t.Errorf("%+v, %v", items, err)
	}
	unnamed := o.As(desk.RoleDepartment)
	unnamed.Department = ""
	if items, err := o.Items(t.Context(), unnamed, desk.ItemFilter{}); err != nil || len(items) != 0 {
		t.Errorf("who acts for no named department sees %+v, %v", items, err)
	}
	if _, err := o.Item(t.Context(), o.As(desk.RoleDepartment), res[1].ID); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("another department's item: %v", err)
	}
}

func TestPersonalDataIsMaskedAndEachRevealRecorded(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := desk.Incoming{Title: "请回电13900004471", Body: "身份证53010119800101123X，座机0871-6543210", Author: desk.Author{Name: "郑秀英", Phone: "13900004471"}}
	id := o.Push(in)[0].ID
	duty := o.As(desk.RoleDuty)
	f, err := o.Item(t.Context(), duty, id)
	if err != nil {
		t.Fatal(err)
	}
	shown := f.Item.Title + f.Item.Body + f.Item.Author.Name + f.Item.Author.Phone
	for _, secret := range []string{"13900004471", "53010119800101123X", "6543210", "秀英"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s shows in %s", secret, shown)
		}
	}
	if len([]rune(f.Item.Body)) != len([]rune(in.Body)) {
		t.Error("masking moved the offsets")
	}
	if _, err := o.RevealItem(t.Context(), duty, id, " "); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("revealed without a reason: %v", err)
	}
	r, err := o.RevealItem(t.Context(), duty, id, "回电核实")
	if err != nil || r.Author != in.Author {
		t.Fatalf("%+v, %v", r, err)
	}
	if f, err = o.Item(t.Context(), duty, id); err != nil {
		t.Fatal(err)
	}
	last := f.Events[len(f.Events)-1]
	if last.Type != "item.revealed" || last.Why != "回电核实" || last.ActorID != duty.PersonID {
		t.Errorf("the record: %+v", last)
	}
	if _, err := o.RevealItem(t.Context(), o.As(desk.RoleOperator), id, "好奇"); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an operator revealed: %v", err)
	}
}

func TestAPressOfficerOfADepartmentSeesIncidents(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	in := raise(t, o, desk.LevelMajor)
	id := o.Push(desk.Incoming{Title: "路灯不亮"})[0].ID
	press := o.Another(desk.RolePress, "press-of-a-department")
	press.Department = "城管局"
	if list, err := o.Incidents(t.Context(), press, desk.IncidentFilter{}); err != nil || len(list) != 1 || list[0].ID != in.ID {
		t.Errorf("incidents: %+v, %v", list, err)
	}
	if board, err := o.Board(t.Context(), press); err != nil || len(board) != 2 {
		t.Errorf("board: %+v, %v", board, err)
	}
	if _, err := o.Item(t.Context(), press, id); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("an item of no department: %v", err)
	}
}

// Passwords tried all at once are no way around the lock.
func TestParallelAttemptsDoNotOutrunTheLock(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.As(desk.RoleDuty)
	gate := &gated{Passwords: o.Passwords, open: make(chan struct{}), waiting: make(chan struct{}, 1)}
	o.Passwords = gate
	var last error
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, last = o.SignIn(t.Context(), "duty", "a password for duty")
	}()
	<-gate.waiting // it has seen that the account isn't locked
	for range 5 {
		if _, err := o.SignIn(t.Context(), "duty", "wrong"); err == nil {
			t.Fatal("let in")
		}
	}
	close(gate.open)
	<-done
	if desk.CodeOf(last) != desk.CodeTooMany {
		t.Errorf("a locked account let somebody in: %v", last)
	}
}

// gated holds the right password until it is opened.
type gated struct {
	desk.Passwords
	open, waiting chan struct{}
}

func (g *gated) Check(password, hash string) (bool, error) {
	if password != "wrong" {
		g.waiting <- struct{}{}
		<-g.open
	}
	return g.Passwords.Check(password, hash)
}
