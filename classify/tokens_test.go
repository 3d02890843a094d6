package classify

import (
	"fmt"
	"slices"
	"testing"
)

func TestWordSetKeepsEachWordOnceInOrder(t *testing.T) {
	t.Parallel()
	s := newWordSet()
	for _, size := range []int{3, 9000, 40} { // a long text between short ones
		doc, want := Document{}, []string{}
		for i := range size {
			w := fmt.Sprint("w", i)
			doc.TitleWords = append(doc.TitleWords, w, ",")
			doc.BodyWords = append(doc.BodyWords, w)
			want = append(want, w)
		}
		if got := s.tokens(&doc); !slices.Equal(got, want) {
			t.Errorf("%d words: %d came back", size, len(got))
		}
	}
}
