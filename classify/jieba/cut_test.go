package jieba

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huiying/desk/desktest/corpus"
	"pgregory.net/rapid"
)

// both cuts a text in both ways and compares.
func both(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Segmenter, text string) {
	t.Helper()
	text = clean(text)
	s.mu.RLock()
	defer s.mu.RUnlock()
	var quick []string
	for rest := text; len(rest) > 0; {
		n := boundary(rest)
		quick = s.quick.cut(quick, rest[:n])
		rest = rest[n:]
	}
	if library := s.library(nil, text); !slices.Equal(quick, library) {
		t.Fatalf("of %q\nours   %q\ngojieba %q", text, quick, library)
	}
}

// sentences are of our own writing.
var sentences = []string{
	"云泽市环城路东段积水严重，居民出行困难，恳请有关部门尽快派人核实处理。",
	"工地每天夜间施工到凌晨两点,噪音非常大,老人和孩子无法入睡，多次拨打12345热线反映没有结果！",
	"尊敬的领导：您好！我是栖霞里小区3栋2单元401的业主欧阳明远，物业公司乱收停车费，电梯经常困人。",
	"公司拖欠三十余名工人工资共计40.5万元，工友们准备集体到劳动部门反映；微信群里都在传。",
	"想咨询异地就医备案如何办理，需要带哪些材料，报销比例是多少？App一直提示网络异常(错误码E1024)。",
	"化工厂偷排废水，河水发黑发臭，附近村民不敢用井水灌溉，昨晚8时许又闻到刺鼻气味，3人送医。",
}

func TestCutsLikeTheLibrary(t *testing.T) {
	t.Parallel()
	s := open(t, "云泽市应急管理局", "栖霞里小区")
	for _, text := range slices.Concat(sentences, []string{"", "的", "，", "。。", "  ", "A", "3.14.15", "v2.0版", "iPhone15手机3G网络abc", "\n\t 云泽市应急管理局发了通知",
		"乒乓球拍卖完了", "他叫欧阳修远，住在栖霞里小区3栋2单元401", "㐀㐁𠀀𠀁𠮷野家", "àéî ñ Привет", "😀😀", "12345热线", "c++和C#", "T恤衫"}) {
		both(t, s, text)
	}
}

func TestCutsLikeTheLibraryForAnyText(t *testing.T) {
	t.Parallel()
	s := open(t)
	rapid.Check(t, func(t *rapid.T) {
		// Shuffled pieces of real sentences ask more of the model than whole ones.
		runes := []rune(rapid.SampledFrom(sentences).Draw(t, "text"))
		var b strings.Builder
		for range rapid.IntRange(1, 12).Draw(t, "pieces") {
			if len(runes) > 0 {
				at := rapid.IntRange(0, len(runes)-1).Draw(t, "at")
				b.WriteString(string(runes[at:min(len(runes), at+rapid.IntRange(1, 6).Draw(t, "length"))]))
			}
			b.WriteString(rapid.StringMatching(`[a-z0-9.，。 龘靐齉爩鱻麤一-龥]{0,3}`).Draw(t, "between"))
		}
		both(t, s, b.String())
	})
}

func FuzzCutsLikeTheLibrary(f *testing.F) {
	f.Add("云泽市环城路积水严重，居民出行困难。")
	s := open(f)
	f.Fuzz(func(t *testing.T, text string) { both(t, s, text) })
}

func TestCutsLikeTheLibraryOnTheEvaluationData(t *testing.T) {
	t.Parallel()
	folder := corpus.Folder(t)
	s := open(t)
	every := 16
	if os.Getenv("HUIYING_ENDURE") != "" {
		every = 1
	}
	n := 0
	for _, name := range []string{"hot-topics/messages.csv", "rumour/dev.csv"} {
		file, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		r := csv.NewReader(file)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if i%every != 0 {
				continue
			}
			for _, text := range row {
				both(t, s, text)
				n += len(text)
			}
		}
	}
	t.Logf("%d bytes of text are cut alike", n)
}

func TestLexiconStaysSmall(t *testing.T) {
	t.Parallel()
	l, err := read(nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.cells); n > 1<<21 || n > baseMask {
		t.Errorf("%d cells", n)
	}
}

// What the library would cut otherwise is noticed, and the library is right.
func TestTheLibraryIsRight(t *testing.T) {
	t.Parallel()
	s := open(t)
	other, err := read([]string{"路积水严"})
	if err != nil {
		t.Fatal(err)
	}
	const text = "环城路积水严重"
	wrong := &Segmenter{lib: s.lib, user: map[string]struct{}{}, quick: other}
	if got := other.cut(nil, text); slices.Equal(got, s.Cut(text)) {
		t.Fatalf("the test's own word changes nothing: %q", got)
	}
	for range 2 {
		if got, want := wrong.Cut(text), s.Cut(text); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if wrong.quick != nil {
		t.Error("what cuts otherwise is still in use")
	}
}

func TestDamagedDictionariesAreRefused(t *testing.T) {
	t.Parallel()
	model, err := files.ReadFile("dict/hmm_model.utf8")
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][3]string{
		"no times": {"积水 n\n", string(model), ""}, "nothing": {"积水 0 n\n", string(model), ""}, "model": {"积水 3 n\n", "1 2 3 4\n", ""},
		"figure": {"积水 3 n\n", strings.Replace(string(model), "-0.26268", "x0.26268", 2), ""}, "single": {"积水 3 n\n", string(model), "水 3 n\n"},
	} {
		if _, err := newLexicon([]byte(damaged[0]), []byte(damaged[1]), []byte(damaged[2]), nil); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
