package hotline

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// MaxForm bounds a request's form, in bytes: the longest description there may be,
// every character escaped, with room for the rest.
const MaxForm = 9*desk.MaxBody + 64<<10

// madeShape answers who has sent a request: with its number, or with a token for it.
type madeShape struct {
	ID      maybe `xml:"service_request_id,omitempty" json:"service_request_id,omitempty"`
	Token   maybe `xml:"token,omitempty" json:"token,omitempty"`
	Notice  maybe `xml:"service_notice" json:"service_notice"`
	Account maybe `xml:"account_id" json:"account_id"`
}

type madeXML struct {
	XMLName xml.Name    `xml:"service_requests"`
	List    []madeShape `xml:"request"`
}

func made(m madeShape) document { return document{[]madeShape{m}, madeXML{List: []madeShape{m}}} }

// post takes a service request.
func (h *open311) post(a answerer, r *http.Request) {
	select {
	case h.posts <- struct{}{}:
		defer func() { <-h.posts }()
	default:
		a.fail(http.StatusTooManyRequests, "同时提交过多，请稍后重试")
		return
	}
	body, bad := readBody(r)
	if bad != nil {
		a.refuse(*bad)
		return
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		a.fail(http.StatusBadRequest, "不是有效的表单编码（application/x-www-form-urlencoded）")
		return
	}
	if form.Get("api_key") == "" {
		a.fail(http.StatusForbidden, "缺少 api_key")
		return
	}
	src, bad := h.source(r.Context(), form.Get("api_key"))
	if bad != nil {
		a.refuse(*bad)
		return
	}
	if name := notUTF8(form); name != "" {
		a.fail(http.StatusBadRequest, name+" 含有无法识别的字符，请用 UTF-8 编码")
		return
	}
	if list := h.check(form); len(list) > 0 {
		a.refuse(list...)
		return
	}
	h.keep(a, r, src, withoutKey(body), strings.TrimSpace(form.Get("account_id")))
}

// readBody is the form as sent; what stands in the address belongs to it.
func readBody(r *http.Request) (string, *refusal) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" && (err != nil || t != TypeForm) {
		return "", &refusal{http.StatusBadRequest, "Content-Type 须为 " + TypeForm}
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, MaxForm+1))
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big) || len(b) > MaxForm:
		return "", &refusal{http.StatusBadRequest, fmt.Sprintf("请求超过 %d KB", MaxForm>>10)}
	case err != nil:
		return "", &refusal{http.StatusBadRequest, "请求未能完整读取，请重发"}
	}
	body := strings.TrimSpace(string(b))
	if r.URL.RawQuery != "" {
		body = strings.Trim(r.URL.RawQuery+"&"+body, "&")
	}
	return body, nil
}

// withoutKey leaves the key out of what is kept; the rest stays byte for byte.
func withoutKey(body string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(body, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && name == "api_key"
	}), "&")
}

// notUTF8 names a field whose value, or name, isn't UTF-8, such as a form in GBK; ""
// for none. Kept, it would have a number only once somebody had mended it.
func notUTF8(form url.Values) string {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		switch {
		case !utf8.ValidString(name):
			return "表单的字段名"
		case slices.ContainsFunc(form[name], func(v string) bool { return !utf8.ValidString(v) }):
			return name
		}
	}
	return ""
}

// check says what the standard doesn't let through. What is left can be kept, as an
// item or in quarantine.
func (h *open311) check(form url.Values) (list []refusal) {
	refuse := func(status int, words string) { list = append(list, refusal{status, words}) }
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	switch code := get("service_code"); {
	case code == "":
		refuse(http.StatusBadRequest, "缺少 service_code")
	default:
		if _, ok := serviceNamed(code); !ok {
			refuse(http.StatusNotFound, "没有这个 service_code")
		}
	}
	if get("address_string") == "" && get("address_id") == "" && (get("lat") == "" || get("long") == "") {
		refuse(http.StatusBadRequest, "缺少地点：请提供 lat 和 long，或 address_string，或 address_id")
	}
	for name, most := range map[string]float64{"lat": 90, "long": 180} {
		if _, bad := coordinate(name, get(name), most); bad != nil {
			refuse(http.StatusBadRequest, bad.Message())
		}
	}
	if kind := get(attributeName(attributeKind)); kind != "" && !slices.Contains(desk.Kinds, kind) {
		refuse(http.StatusBadRequest, "attribute[kind] 的值不在列表中")
	}
	if known, d := h.Desk.Directory.Departments, get(attributeName(attributeDepartment)); d != "" && len(known) > 0 && !slices.Contains(known, d) {
		refuse(http.StatusBadRequest, "attribute[department] 的值不在列表中")
	}
	if u := get("media_url"); u != "" {
		if p, err := url.Parse(u); err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https" {
			refuse(http.StatusBadRequest, "media_url 须为 http 或 https 地址")
		}
	}
	return list
}

// keep sends the form through the door. The same form on the same day is the same
// request: a sender that never heard the answer asks again without harm.
func (h *open311) keep(a answerer, r *http.Request, src desk.Source, body, account string) {
	day := h.Desk.Now().In(h.Desk.Policy.Office.Location).Format(time.DateOnly)
	sum := sha256.Sum256([]byte(day + "\n" + body))
	n := formNote{ID: "open311-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26]), Token: strings.ToLower(rand.Text())}
	note, err := json.Marshal(n)
	if err != nil {
		a.refuse(*h.failed(err))
		return
	}
	raws := []desk.Raw{{ContentType: TypeForm, Bytes: []byte(body), Note: note}}
	// Not given up when the sender goes away: half a way would only wait for the sweep.
	whole := context.WithoutCancel(r.Context())
	ctx, stop := context.WithTimeout(whole, h.Patience)
	defer stop()
	results, err := h.Receive(ctx, src, desk.Batch{Raws: raws})
	m := madeShape{Notice: "已登记，按职责转办", Account: maybe(account)}
	switch {
	case err == nil && len(results) == 1 && results[0].Status != desk.StatusQuarantined:
		m.ID = maybe(strconv.FormatInt(results[0].ID, 10))
	case err == nil || raws[0].ID != 0 && h.kept(whole, raws[0].ID, n):
		// It is kept, and its number comes later: when somebody has mended it, or the
		// sweep has finished it.
		m.Token, m.Notice = maybe(tokenOf(raws[0].ID, n)), "已收到，编号稍后可凭 token 查询"
	default:
		a.refuse(*h.failed(err))
		return
	}
	a.give(made(m))
}

// kept says whether the bytes of a request whose answer went wrong are there all the same.
func (h *open311) kept(ctx context.Context, raw int64, n formNote) bool {
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	_, note, err := h.Desk.RawOf(ctx, raw)
	var there formNote
	return err == nil && json.Unmarshal(note, &there) == nil && there == n
}

func tokenOf(raw int64, n formNote) string { return strconv.FormatInt(raw, 10) + "-" + n.Token }
