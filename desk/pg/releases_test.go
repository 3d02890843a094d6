package pg_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

func version(release int64, n int, body string, by desk.Person) desk.Version {
	return desk.Version{ReleaseID: release, N: n, Title: "情况通报", Body: body, Digest: desk.DigestText("情况通报", body), ByID: by.ID, By: by.DisplayName, At: noon}
}

// release drafts one with its first text.
func release(t testing.TB, s *pg.Store, n desk.Incident, by desk.Person) desk.Release {
	t.Helper()
	r := desk.Release{IncidentID: n.ID, Kind: desk.ReleaseFirst, HolderID: by.ID, CreatedAt: noon, ChangedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.NewRelease(ctx, &r); err != nil {
			return err
		}
		r.Current = version(r.ID, 1, "第一稿", by)
		return tx.NewVersion(ctx, r.Current)
	})
	return r
}

func TestReleaseCarriesWhatBindsToItsText(t *testing.T) {
	t.Parallel()
	s := open(t)
	author, reviewer, leader := person(t, s, "王"), person(t, s, "李"), person(t, s, "赵")
	n := incident(t, s, author, "化工厂起火")
	want := release(t, s, n, author)
	want.Incident, want.Level, want.Holder, want.SubmittedTo, want.Region = n.Title, n.Level(), author.DisplayName, author.DisplayName, "530601"
	check := func(step string) {
		t.Helper()
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			got := must[desk.Release](t)(tx.ReleaseByID(ctx, everywhere, want.ID, true))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", step, got, want)
			}
			list := must[[]desk.Release](t)(tx.ListReleases(ctx, desk.Scope{Region: "53"}, desk.ReleaseFilter{State: want.State, Incident: n.ID}))
			if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
				t.Errorf("%s: list %+v", step, list)
			}
			return nil
		})
	}
	check("drafted")
	review := desk.SecrecyReview{ReleaseID: want.ID, Version: 1, Digest: want.Current.Digest, Conclusion: desk.ReviewPass, Basis: "无涉密内容", ByID: reviewer.ID, By: reviewer.DisplayName, ActedAt: noon, EnteredAt: noon}
	sign := desk.SignOff{ReleaseID: want.ID, Version: 1, Digest: want.Current.Digest, Reason: "补充伤亡数字", ByID: leader.ID, By: leader.DisplayName, ActedAt: noon, EnteredAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.Submitted(ctx, want.ID, 1, noon.Add(time.Minute)); err != nil {
			return err
		}
		if err := tx.NewReview(ctx, review); err != nil {
			return err
		}
		if err := tx.NewSignOff(ctx, sign); err != nil {
			return err
		}
		sign.Signed, sign.Reason = true, ""
		if err := tx.NewSignOff(ctx, sign); err != nil {
			return err
		}
		want.State, want.ChangedAt = desk.ReleaseSign, noon.Add(time.Hour)
		return tx.SaveRelease(ctx, &want)
	})
	at := noon.Add(time.Minute)
	want.Current.Submitted, want.Review, want.SignOff = &at, &review, &sign
	if want.Lock != 2 || want.SubmittedTo != "审签领导" {
		t.Errorf("lock %d, %s", want.Lock, want.SubmittedTo)
	}
	check("signed")
	stale := want
	stale.Lock = 1
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.SaveRelease(t.Context(), &stale) }), desk.CodeConflict)

	proof := desk.Proof{Address: "https://example.invalid/p/1", Note: "首页", FileName: "a.png", FileType: "image/png", File: []byte{1, 0, 255}, Digest: []byte{7}}
	pub := desk.Publication{IncidentID: n.ID, ReleaseID: want.ID, Version: 1, Digest: want.Current.Digest, Meets: "release", Channel: "政府网站", Proof: proof, ByID: author.ID, By: author.DisplayName, ActedAt: noon, EnteredAt: noon}
	theirs := desk.Publication{IncidentID: n.ID, Meets: "briefing", Issuer: "省政府新闻办", Channel: "发布会", Proof: desk.Proof{Address: "省城"}, ByID: author.ID, By: author.DisplayName, ActedAt: noon, EnteredAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.NewPublication(ctx, &pub); err != nil {
			return err
		}
		if err := tx.NewPublication(ctx, &theirs); err != nil {
			return err
		}
		got := must[desk.Proof](t)(tx.ProofOf(ctx, everywhere, pub.ID))
		if !reflect.DeepEqual(got, proof) {
			t.Errorf("proof %+v", got)
		}
		_, err := tx.ProofOf(ctx, desk.Scope{Region: "11"}, pub.ID)
		wantCode(t, err, desk.CodeNotFound)
		pub.Proof.File = nil // lists leave the file out
		if list := must[[]desk.Publication](t)(tx.PublicationsOf(ctx, n.ID)); !reflect.DeepEqual(list, []desk.Publication{pub, theirs}) {
			t.Errorf("publications %+v", list)
		}
		return nil
	})
	want.Publications = []desk.Publication{pub}
	check("published")

	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.NewVersion(ctx, version(want.ID, 2, "第二稿", author))
	})
	want.Current, want.Review, want.SignOff, want.Publications = version(want.ID, 2, "第二稿", author), nil, nil, nil
	check("changed: nothing binds to the new text")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		versions := must[[]desk.Version](t)(tx.Versions(ctx, want.ID))
		if len(versions) != 2 || versions[0].Body != "第一稿" || !bytes.Equal(versions[1].Digest, want.Current.Digest) {
			t.Errorf("versions %+v", versions)
		}
		if r, so := must[[]desk.SecrecyReview](t)(tx.Reviews(ctx, want.ID)), must[[]desk.SignOff](t)(tx.SignOffs(ctx, want.ID)); len(r) != 1 || len(so) != 2 || so[0].Signed {
			t.Errorf("reviews %v, signs %v", r, so)
		}
		return nil
	})
}

// TestNothingBindsToAnotherText is the database's own word on it.
func TestNothingBindsToAnotherText(t *testing.T) {
	t.Parallel()
	s := open(t)
	author := person(t, s, "王")
	n := incident(t, s, author, "一")
	r := release(t, s, n, author)
	other := desk.DigestText("情况通报", "别的稿子")
	for name, act := range map[string]func(ctx context.Context, tx desk.Tx) error{
		"review": func(ctx context.Context, tx desk.Tx) error {
			return tx.NewReview(ctx, desk.SecrecyReview{ReleaseID: r.ID, Version: 1, Digest: other, Conclusion: desk.ReviewPass, Basis: "x", ByID: author.ID, ActedAt: noon, EnteredAt: noon})
		},
		"sign-off": func(ctx context.Context, tx desk.Tx) error {
			return tx.NewSignOff(ctx, desk.SignOff{ReleaseID: r.ID, Version: 1, Digest: other, Signed: true, ByID: author.ID, ActedAt: noon, EnteredAt: noon})
		},
		"publication": func(ctx context.Context, tx desk.Tx) error {
			return tx.NewPublication(ctx, &desk.Publication{IncidentID: n.ID, ReleaseID: r.ID, Version: 1, Digest: other, Meets: "release", Channel: "x", ByID: author.ID, ActedAt: noon, EnteredAt: noon})
		},
		"second text of one number": func(ctx context.Context, tx desk.Tx) error {
			return tx.NewVersion(ctx, version(r.ID, 1, "另一稿", author))
		},
	} {
		err := s.InTx(t.Context(), func(tx desk.Tx) error { return act(t.Context(), tx) })
		wantCode(t, err, desk.CodeConflict)
		if text := messageOf(err); !bytes.Contains([]byte(text), []byte("文稿")) && !bytes.Contains([]byte(text), []byte("版本")) {
			t.Errorf("%s: %q doesn't say what is wrong", name, text)
		}
	}
}
