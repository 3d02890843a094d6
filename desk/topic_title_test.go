package desk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// titling calls a topic by how many texts it was asked about, and by their first words.
type titling struct{ matters }

func (titling) Title(texts []desk.Text) string {
	if len(texts) == 0 {
		return ""
	}
	return fmt.Sprintf("%d件：%s，电话13987654471", len(texts), strings.TrimSpace(texts[0].Title+texts[0].Body))
}

func TestTopicsAreCalledByTheirItemsWords(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	o.Discoverer = titling{}
	ids, topics := told(t, o, pipe)
	title := func() string { return topicFile(t, o, topics[0]).Topic.Title }
	if title() != pipe {
		t.Errorf("of one item: %q", title())
	}
	o.Clock.Move(time.Second)
	for i, want := range []string{"2件", "3件", "3件", "5件", "5件", "5件", "8件"} {
		more, _ := told(t, o, pipe+strings.Repeat("急", i%3))
		ids = append(ids, more...)
		swept(t, o)
		if got := title(); !strings.HasPrefix(got, want+"：") || strings.Contains(got, "13987654471") {
			t.Errorf("of %d items: %q", i+2, got)
		}
	}
	titled := eventsOf(t, o, "topic.titled")
	if len(titled) != 4 || titled[0].Actor != desk.System.Name || strings.Contains(string(titled[0].After), "13987654471") || strings.Contains(string(titled[0].Data), "件") {
		t.Fatalf("events %+v", titled)
	}
	// What a person has named keeps its name, here and where it is joined.
	duty := o.As(desk.RoleDuty)
	act, err := o.SplitTopic(t.Context(), duty, topics[0], ids[5:], "抢修迟了", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := title(); !strings.HasPrefix(got, "5件") {
		t.Errorf("what is left: %q", got)
	}
	if f := topicFile(t, o, act.To); f.Topic.Title != "抢修迟了" || !f.Topic.Named {
		t.Errorf("split off: %+v", f.Topic)
	}
	if _, err := o.JoinTopics(t.Context(), duty, topics[0], act.To, ""); err != nil {
		t.Fatal(err)
	}
	swept(t, o)
	if f := topicFile(t, o, act.To); f.Topic.Title != "抢修迟了" || f.Topic.Count != 8 {
		t.Errorf("joined: %+v", f.Topic)
	}
}

// A suggestion names the topic by what it is called by then.
func TestBurstNamesTheTopic(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	o.Discoverer = titling{}
	flood(t, o, pipe, 13)
	swept(t, o)
	if list := openNotices(t, o); len(list) != 1 || !strings.Contains(list[0].Text, "话题“13件：") {
		t.Errorf("notices %+v", list)
	}
}

// A topic that a call without a title opens is called by what its words tell.
func TestATopicWithoutATitle(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	o.Classifier, o.Discoverer = bodies{}, titling{}
	res := o.Push(desk.Incoming{ExternalID: "call", Body: pipe})
	if f := topicFile(t, o, topicOf(t, o, res[0].ID)); f.Topic.Title != "1件："+pipe+"，电话139****4471" {
		t.Errorf("%q", f.Topic.Title)
	}
}

// bodies reads the body as a title.
type bodies struct{ matters }

func (bodies) Read(ctx context.Context, text desk.Text) (desk.Reading, error) {
	text.Title = text.Body
	return matters{}.Read(ctx, text)
}
