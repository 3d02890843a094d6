package web

import (
	"fmt"
	"slices"
	"strings"

	"huiying/desk"
)

const (
	rowText  = 64 // runes of an item without a title that its row shows
	rowMore  = 90 // and of the words behind a title
	rumourAt = .5 // from here on the cues are worth a word; they are never a verdict on truth
)

// itemRow is an item as the feed and the inbox show it.
func (r teller) itemRow(it desk.Item) ItemRow {
	row := ItemRow{ID: fmt.Sprintf("item-%d", it.ID), Href: fmt.Sprintf("/items/%d", it.ID), At: it.ReceivedAt, Now: r.now, Order: it.ID,
		Channel: it.Channel.Name(), State: it.State, StateWord: itemState(it.State)}
	title, body := strings.TrimSpace(it.Title), strings.Join(strings.Fields(it.Body), " ")
	var inTitle, inBody []Span
	if v := it.Verdict; v != nil {
		row.Facts = nonEmpty(v.Kind, r.category(v.Category))
		inTitle, inBody = evidence(v, "title", tellsARow(v)), evidence(v, "text", tellsARow(v))
		if v.Urgency == desk.UrgencyUrgent {
			row.Flags = append(row.Flags, Flag{Light: LightRed, Text: desk.UrgencyUrgent})
		} else if v.Urgency == desk.UrgencyRaised {
			row.Flags = append(row.Flags, Flag{Light: LightYellow, Text: desk.UrgencyRaised})
		}
		if v.SelfHarm >= rumourAt {
			row.Flags = append(row.Flags, Flag{Light: LightRed, Text: "轻生的话"})
		}
		if v.Threat >= rumourAt {
			row.Flags = append(row.Flags, Flag{Light: LightYellow, Text: "威胁的话"})
		}
		if v.Rumour >= rumourAt {
			row.Flags = append(row.Flags, Flag{Light: LightYellow, Text: "疑不实"})
		}
		row.More = nonEmpty(v.Place, v.Department())
		if v.Region != nil && v.Place == "" {
			row.More = slices.Insert(row.More, 0, v.Region.Name)
		}
	} else {
		row.Facts = []string{"待研判"}
	}
	for _, a := range desk.Autos {
		if it.Auto == a.Auto {
			row.Flags = append(row.Flags, Flag{Light: LightOff, Text: a.Name})
		}
	}
	if h := it.Hot; h != nil && h.Left == nil {
		row.Flags = append(row.Flags, Flag{Light: LightYellow, Text: "%s 第%d", Args: []any{h.List, h.Rank}})
	} else if h != nil {
		row.Flags = append(row.Flags, Flag{Light: LightOff, Text: "%s 曾第%d", Args: []any{h.List, h.Best}})
	}
	if it.Sealed {
		row.Flags = append(row.Flags, Flag{Light: LightYellow, Text: "保密"})
		if it.Verdict == nil && it.Body == "" {
			row.Facts = nil
		}
	}
	if it.Channel == desk.ChannelMedia && it.Reach != nil && *it.Reach > 0 {
		row.Notes = append(row.Notes, Say("阅读 %s", number(int(*it.Reach))))
	}
	row.Flags = append(row.Flags, mirrorFlags(it)...)
	row.Flags = append(row.Flags, r.limitFlag(it)...)
	if it.TopicSize > 1 {
		row.Notes = append(row.Notes, Say("同题 %d 件", it.TopicSize))
	}
	if it.Channel == desk.ChannelMedia || it.Channel == desk.ChannelDuty {
		row.More = append([]string{broughtBy(it)}, row.More...)
		row.More = row.More[:min(2, len(row.More))]
	}
	if title != "" {
		row.Text = Highlight(it.Title, inTitle)
		if body != "" && !strings.HasPrefix(body, title) {
			row.Tail = excerpt(it.Body, inBody, rowMore)
		}
		return row
	}
	row.Text = excerpt(it.Body, inBody, rowText)
	return row
}

// nonEmpty drops empty words.
func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// itemState is an item's state in words.
func itemState(state string) string {
	for _, s := range desk.ItemStates {
		if s.State == state {
			return s.Name
		}
	}
	return state
}

// tellsARow says which words are worth a mark where only one line is shown: what it is about, and what makes it
// urgent, grave or doubtful. Marks everywhere mark nothing.
func tellsARow(v *desk.Verdict) func(field string) bool {
	return func(field string) bool {
		switch field {
		case desk.FieldCategory:
			return true
		case desk.FieldUrgency:
			return v.Urgency != desk.UrgencyNormal
		case "rumour":
			return v.Rumour >= rumourAt
		}
		return strings.HasPrefix(field, "facts.")
	}
}

// tellsAnItem leaves out only what no line of the verdict shows.
func tellsAnItem(field string) bool { return field != "sentiment" && field != "occurred" }

// evidence are the spans of a part of an item that decided the fields wanted, in order and free of overlap: where two
// begin together the longer stays, since it says more.
func evidence(v *desk.Verdict, in string, wanted func(field string) bool) []Span {
	if v == nil {
		return nil
	}
	var spans []Span
	for _, e := range v.Evidence {
		if e.In == in && wanted(e.Field) && e.End > e.Start {
			spans = append(spans, Span{Start: e.Start, End: e.End})
		}
	}
	slices.SortFunc(spans, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			if s.End-s.Start > out[n-1].End-out[n-1].Start && s.Start == out[n-1].Start {
				out[n-1] = s
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// excerpt is a stretch of a text of about n runes with its evidence: from the beginning, unless the first
// evidence stands beyond it.
func excerpt(text string, marks []Span, n int) []Phrase {
	runes := []rune(text)
	for i, c := range runes {
		if c == '\n' || c == '\r' || c == '\t' {
			runes[i] = ' '
		}
	}
	from := 0
	if len(marks) > 0 && marks[0].End > n {
		from = max(0, marks[0].Start-n/3)
	}
	to := min(len(runes), from+n)
	var kept []Span
	for _, m := range marks {
		if m.Start >= from && m.End <= to {
			kept = append(kept, Span{Start: m.Start - from, End: m.End - from, Mark: m.Mark})
		}
	}
	out := Highlight(string(runes[from:to]), kept)
	if from > 0 {
		out = append([]Phrase{{Text: "…"}}, out...)
	}
	if to < len(runes) {
		out = append(out, Phrase{Text: "…"})
	}
	return out
}

// because is the words that decided a field, “停水”“透析”, but for those that the value itself says.
func because(v *desk.Verdict, field, value string) string {
	var words []string
	for _, e := range v.Evidence {
		if e.Field == field && e.Text != "" && !strings.Contains(value, e.Text) && !slices.Contains(words, e.Text) && len(words) < 3 {
			words = append(words, e.Text)
		}
	}
	return strings.Join(words, "”“")
}
