package corpus_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/desk/desktest/corpus"
)

// A folder of our own making in the shape of the evaluation data.
func TestSeeds(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("hot-topics/messages.csv", "id,user,title,time,detail,dislikes,likes\n1,u,路灯,t,不亮,0,0\n2,u,噪声,t,"+strings.Repeat("长", 5000)+",0,0\n3,u,积水,t,很深,0,0\n")
	put("emergency/dev.jsonl", `{"title":"车祸","text":"两人受伤"}`+"\n")
	put("mail/a.eml", "Subject: a\n\nb")
	put("mail/b.eml", strings.Repeat("x", 10<<10))

	t.Setenv(corpus.Env, "")
	if len(corpus.Files(t, "mail/*.eml"))+len(corpus.Texts(t, 9)) > 0 {
		t.Error("seeds out of nowhere")
	}
	t.Setenv(corpus.Env, dir)
	if got := corpus.Folder(t); got != dir {
		t.Errorf("folder %s", got)
	}
	if got := corpus.Files(t, "mail/*.eml"); len(got) != 1 || !strings.HasPrefix(string(got[0]), "Subject") {
		t.Errorf("files: %q", got)
	}
	want := []corpus.Text{{Title: "路灯", Body: "不亮"}, {Title: "积水", Body: "很深"}, {Title: "车祸", Body: "两人受伤"}}
	got := corpus.Texts(t, 3)
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
	if got := corpus.Texts(t, 1); len(got) != 2 {
		t.Errorf("one of each: %q", got)
	}
}
