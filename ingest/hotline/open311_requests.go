package hotline

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// The standard's words for how a request stands.
const (
	statusOpen   = "open"
	statusClosed = "closed"
)

// span is how far a query reaches.
const span = 90 * 24 * time.Hour

type requestShape struct {
	ID          string  `xml:"service_request_id" json:"service_request_id"`
	Status      string  `xml:"status" json:"status"`
	StatusNotes maybe   `xml:"status_notes" json:"status_notes"`
	Service     maybe   `xml:"service_name" json:"service_name"`
	Code        maybe   `xml:"service_code" json:"service_code"`
	Description maybe   `xml:"description" json:"description"`
	Agency      maybe   `xml:"agency_responsible" json:"agency_responsible"`
	Notice      maybe   `xml:"service_notice" json:"service_notice"`
	Requested   string  `xml:"requested_datetime" json:"requested_datetime"`
	Updated     string  `xml:"updated_datetime" json:"updated_datetime"`
	Expected    maybe   `xml:"expected_datetime" json:"expected_datetime"`
	Address     maybe   `xml:"address" json:"address"`
	AddressID   maybe   `xml:"address_id" json:"address_id"`
	Zip         maybe   `xml:"zipcode" json:"zipcode"`
	Lat         degrees `xml:"lat" json:"lat"`
	Long        degrees `xml:"long" json:"long"`
	Media       maybe   `xml:"media_url" json:"media_url"`
}

type requestsXML struct {
	XMLName xml.Name       `xml:"service_requests"`
	List    []requestShape `xml:"request"`
}

// shape shows a request as the standard does.
func shape(r desk.ServiceRequest, zone *time.Location) requestShape {
	s := requestShape{ID: strconv.FormatInt(r.ID, 10), Status: statusOpen, Description: maybe(r.Body), Address: maybe(r.Place),
		Requested: r.ReceivedAt.In(zone).Format(time.RFC3339), Updated: r.UpdatedAt.In(zone).Format(time.RFC3339)}
	if s.Description == "" {
		s.Description = maybe(r.Title)
	}
	if r.Closed {
		s.Status = statusClosed
	}
	switch r.State {
	case desk.ItemLinked:
		s.StatusNotes = "与同一事项的其他来件一并处理"
	case desk.ItemSettled:
		s.StatusNotes = "已阅，无需另行答复"
	}
	if v := r.Verdict; v != nil {
		s.Service, s.Code, s.Agency = maybe(desk.CategoryClass(v.Category)), maybe(serviceCode(v.Category)), maybe(v.Department())
	}
	if x := r.Extra; x != nil {
		s.AddressID, s.Zip, s.Media, s.Lat, s.Long = maybe(x.PlaceID), maybe(x.Zip), maybe(x.MediaURL), degrees{x.Lat}, degrees{x.Long}
	}
	return s
}

// requests lists the requests of the key that asks, newest first.
func (h *open311) requests(a answerer, r *http.Request) {
	q := r.URL.Query()
	src, bad := h.source(r.Context(), q.Get("api_key"))
	if bad != nil {
		a.refuse(*bad)
		return
	}
	f, refusals := h.filter(q)
	if len(refusals) > 0 {
		a.refuse(refusals...)
		return
	}
	h.list(a, r, src, f, false)
}

// request gives one request, or several by their numbers with commas between.
func (h *open311) request(a answerer, r *http.Request, ids string) {
	src, bad := h.source(r.Context(), r.URL.Query().Get("api_key"))
	if bad != nil {
		a.refuse(*bad)
		return
	}
	h.list(a, r, src, desk.ServiceRequestFilter{IDs: numbers(ids)}, true)
}

func (h *open311) list(a answerer, r *http.Request, src desk.Source, f desk.ServiceRequestFilter, must bool) {
	found, err := h.Desk.ServiceRequests(r.Context(), src, f)
	if err != nil {
		a.refuse(*h.failed(err))
		return
	}
	if must && len(found) == 0 {
		a.fail(http.StatusNotFound, "没有这个 service_request_id，或不是凭这个 api_key 提交的")
		return
	}
	list := make([]requestShape, len(found))
	for i, one := range found {
		list[i] = shape(one, h.Desk.Policy.Office.Location)
	}
	a.give(document{list, requestsXML{List: list}})
}

// filter reads what a list is asked for. Numbers override all else.
func (h *open311) filter(q url.Values) (f desk.ServiceRequestFilter, bad []refusal) {
	if q.Has("service_request_id") && q.Get("service_request_id") != "" {
		return desk.ServiceRequestFilter{IDs: numbers(q.Get("service_request_id"))}, nil
	}
	refuse := func(words string) { bad = append(bad, refusal{http.StatusBadRequest, words}) }
	if codes := listed(q.Get("service_code")); len(codes) > 0 {
		f.Categories = []string{}
		for _, code := range codes {
			if c, ok := serviceNamed(code); ok {
				f.Categories = append(f.Categories, c)
			}
		}
	}
	states := listed(q.Get("status"))
	for _, s := range states {
		if s != statusOpen && s != statusClosed {
			refuse("status 只有 open 和 closed")
		}
	}
	if closed := slices.Contains(states, statusClosed); closed != slices.Contains(states, statusOpen) {
		f.Closed = &closed
	}
	var ok bool
	if f.From, ok = h.date(q.Get("start_date")); !ok {
		refuse("start_date 须为 ISO 8601 时间，如 2026-11-20T08:00:00+08:00")
	}
	if f.To, ok = h.date(q.Get("end_date")); !ok {
		refuse("end_date 须为 ISO 8601 时间，如 2026-11-20T08:00:00+08:00")
	}
	switch {
	case len(bad) > 0:
	case f.From == nil && f.To == nil:
		from := h.Desk.Now().Add(-span)
		f.From = &from
	case f.From == nil:
		from := f.To.Add(-span)
		f.From = &from
	case f.To == nil:
		to := f.From.Add(span)
		f.To = &to
	case f.To.Before(*f.From):
		refuse("end_date 早于 start_date")
	case f.To.Sub(*f.From) > span:
		refuse("start_date 到 end_date 不能超过 90 天")
	}
	return f, bad
}

// plusLost is an offset whose sign became a blank on the way: + in an address is one.
var plusLost = regexp.MustCompile(` (\d\d:?\d\d)$`)

// date reads an instant; without an offset it is meant in the office's zone. Empty is nil.
func (h *open311) date(s string) (*time.Time, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, true
	}
	if strings.Contains(s, "T") {
		s = plusLost.ReplaceAllString(s, "+$1")
	}
	for _, layout := range append([]string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", time.DateOnly}, zoneless...) {
		if t, err := time.ParseInLocation(layout, s, h.Desk.Policy.Office.Location); err == nil {
			return &t, true
		}
	}
	return nil, false
}

// listed splits at commas.
func listed(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }), func(s string) bool { return s == "" })
}

// numbers are the ids of a list; what isn't one names nothing. At most a thousand.
func numbers(s string) []int64 {
	ids := []int64{}
	for _, part := range listed(s) {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil && n > 0 && len(ids) < 1000 {
			ids = append(ids, n)
		}
	}
	return ids
}

type tokenShape struct {
	ID    maybe  `xml:"service_request_id" json:"service_request_id"`
	Token string `xml:"token" json:"token"`
}

type tokenXML struct {
	XMLName xml.Name     `xml:"service_requests"`
	List    []tokenShape `xml:"request"`
}

// token gives the number of a request that was answered with a token; the number is
// empty until there is one.
func (h *open311) token(a answerer, r *http.Request, token string) {
	const unknown = "没有这个 token"
	number, _, ok := strings.Cut(token, "-")
	raw, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || raw <= 0 {
		a.fail(http.StatusNotFound, unknown)
		return
	}
	src, note, err := h.Desk.RawOf(r.Context(), raw)
	var n formNote
	switch {
	case desk.CodeOf(err) == desk.CodeNotFound, err == nil && (json.Unmarshal(note, &n) != nil || n.Token == "" || tokenOf(raw, n) != token):
		a.fail(http.StatusNotFound, unknown)
		return
	case err != nil:
		a.refuse(*h.failed(err))
		return
	}
	id, err := h.Desk.ItemOfSource(r.Context(), src, n.ID)
	if err != nil {
		a.refuse(*h.failed(err))
		return
	}
	t := tokenShape{Token: token}
	if id != 0 {
		t.ID = maybe(strconv.FormatInt(id, 10))
	}
	a.give(document{[]tokenShape{t}, tokenXML{List: []tokenShape{t}}})
}
