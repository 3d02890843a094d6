package web

import (
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type topicBody struct {
	dialogs
	Topic   desk.Topic
	Figures desk.TopicFigures
	Items   []ItemRow
	More    int // items beyond those shown
	Raise   bool
	Arrange bool
	Heat    HeatLine
	Parts   []HeatRow
	Cooled  string
	Burst   *burstCard
	Past    []string // earlier questions whether it is an incident, and what was said
	Alike   []desk.Topic
	Apart   []desk.Topic
	Acts    []TopicActRow
	Open    []Option // incidents to join
	Channel string   // items by channel, in words
	Ticked  map[string]bool
}

// TopicActRow is what somebody did to the topic.
type TopicActRow struct {
	desk.TopicAct
	Said []Phrase
	Undo bool
}

// burstCard asks whether the topic is an incident, and why it is asked.
type burstCard struct {
	Lines []string // in the reader's words
	Items []ItemRow
}

// topic shows the items of one topic, its heat, and what can be done with it. The address of one that was joined
// into another leads there.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.topicPage(w, r, id, http.StatusOK, opened(r))
}

func (s *Server) topicPage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	page, err := s.newPage(r, "话题", "topics")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.OpenTopic(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if f.Topic.ID != id && r.Method == http.MethodGet {
		http.Redirect(w, r, topicHome(f.Topic.ID), http.StatusSeeOther)
		return
	}
	body := topicBody{dialogs: d, Topic: f.Topic, Figures: *f.Topic.Figures, Raise: rd.who.May(desk.ActIncidentRaise) && len(f.Items) > 0,
		Arrange: rd.who.May(desk.ActTopicArrange), Alike: f.Alike, Apart: f.Other, Ticked: map[string]bool{}}
	body.More = max(0, f.Topic.Count-len(f.Items))
	f.Topic.Heat = f.Heat.Points
	body.Heat, body.Parts = rd.heatLine(f.Topic, page.Now), rd.heatRows(body.Figures, f.Heat)
	body.Cooled, body.Channel = rd.cooled(f.Heat, body.Figures.Last), rd.channelWords(body.Figures.Channels)
	for _, it := range f.Items {
		body.Items = append(body.Items, rd.itemRow(it))
	}
	for _, one := range strings.Split(d.Values["items"], ",") {
		body.Ticked[one] = true
	}
	rd.topicActs(&body, f)
	rd.burstAsked(&body, f)
	if body.Raise {
		if body.Open, err = rd.openIncidents(r); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	body.offer(func(dialog string) bool {
		return dialog == "join" && body.Arrange || (dialog == "attach" || dialog == "decline" && body.Burst != nil) && body.Raise
	})
	page.Context, page.Back, page.Body = []string{cut(f.Topic.Title, 40)}, "/topics", body
	s.render(w, r, status, "topic", page)
}

// topicActs tells what people and the machine have done to the topic; the last can be taken back.
func (r teller) topicActs(body *topicBody, f desk.TopicFile) {
	last := true
	for _, a := range f.Acts {
		row := TopicActRow{TopicAct: a, Undo: last && body.Arrange && a.Undoable(f.At)}
		if a.UndoneAt == nil {
			last = false
		}
		if a.ByMachine() {
			row.By, row.Why = r.t(a.By), r.t(a.Why)
		}
		here := a.To == f.Topic.ID
		n := len(a.Items)
		switch {
		case a.Kind == desk.TopicJoined && here:
			row.Said = []Phrase{{Text: r.t("并入 %d 件，来自", n)}, {Text: "“" + a.FromTitle + "”"}}
		case a.Kind == desk.TopicJoined:
			row.Said = []Phrase{{Text: r.t("并入")}, {Text: "“" + a.ToTitle + "”"}}
		case a.Kind == desk.TopicSplit && here:
			row.Said = []Phrase{{Text: r.t("拆出 %d 件成为本话题，原在", n)}, {Text: "“" + a.FromTitle + "”"}}
		case a.Kind == desk.TopicSplit:
			row.Said = []Phrase{{Text: r.t("拆出 %d 件，成为", n)}, {Text: "“" + a.ToTitle + "”"}}
		case here:
			row.Said = []Phrase{{Text: r.t("移入 %d 件，来自", n)}, {Text: "“" + a.FromTitle + "”"}}
		default:
			row.Said = []Phrase{{Text: r.t("移出 %d 件，到", n)}, {Text: "“" + a.ToTitle + "”"}}
		}
		body.Acts = append(body.Acts, row)
	}
}

// burstAsked puts the question on the page, and what was said to it before.
func (r teller) burstAsked(body *topicBody, f desk.TopicFile) {
	if !r.who.May(desk.ActIncidentRead) {
		return
	}
	for _, b := range f.Bursts {
		if b.State == desk.BurstOpen {
			card := &burstCard{Lines: r.burstLines(b.Evidence)}
			for _, id := range b.Evidence.Items {
				if i := slices.IndexFunc(f.Items, func(it desk.Item) bool { return it.ID == id }); i >= 0 {
					card.Items = append(card.Items, r.itemRow(f.Items[i]))
				}
			}
			body.Burst = card
			continue
		}
		said := map[string]string{desk.BurstRaised: "已转为事件", desk.BurstAttached: "已并入事件", desk.BurstDeclined: "不是事件"}[b.State]
		by := b.DecidedBy
		if by == desk.System.Name {
			by = r.t(by)
		}
		line := r.dates().moment(*b.DecidedAt, r.now) + " " + by + " " + r.t(said)
		if b.Why != "" {
			line += r.t("：") + b.Why
		}
		body.Past = append(body.Past, line)
	}
}

// burstLines say why the question is asked.
func (r teller) burstLines(e desk.BurstEvidence) []string {
	lines := []string{r.t("近 1 小时 %s 件，这个钟点往常约 %s 件", number(e.Hour), fewItems(e.Usual))}
	if e.Minutes != 60 {
		lines = append(lines, r.t("最异常的一段：%s内 %s 件，往常约 %s 件", r.stretch(e.Minutes), number(e.Had), fewItems(e.Expected)))
	}
	if words := r.channelWords(e.Channels); words != "" {
		lines = append(lines, r.t("渠道：%s", words))
	}
	if e.Place != "" {
		lines = append(lines, r.t("地点：%s", e.Place))
	}
	return lines
}

func (r teller) stretch(minutes int) string {
	if minutes < 60 {
		return r.t("%d 分钟", minutes)
	}
	return r.t("%d 小时", (minutes+30)/60)
}

// fewItems is a small expectation: below ten with one digit.
func fewItems(x float64) string {
	if x < 9.95 {
		return points(max(x, 0.1))
	}
	return number(int(x + .5))
}
