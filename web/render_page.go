package web

import (
	"net/http"
	"time"
)

// Page is what the frame around every page needs. Body is the view's own data: inside "main" the
// whole Page is the dot, so that a view reaches both .Body and .User.
type Page struct {
	Title   string    // interface text (a catalogue key)
	Context []string  // what stands beside the title: office, person, record; already in words
	Nav     []NavItem // the rail
	User    User      // nobody when Name is empty: login, public pages
	Now     time.Time // office time at which the page was made
	Rate    float64   // seconds of office time per real second; 0 means 1, unless a drill stands; more only in a drill
	Cursor  string    // feed position that the page shows; with it the socket resumes
	Live    bool      // whether the page listens to the feed
	Lang    string    // LangChinese or LangEnglish
	Theme   string    // "light", "dark" or "" for the machine's choice
	Drill   *Drill    // set when everything on the page is a drill
	Bare    bool      // no rail: login, a leader's phone
	Back    string    // on narrow and bare pages: where back leads; may be empty
	Toasts  []Toast   // said once when the page opens
	Body    any
}

// NavItem is one entry of the rail.
type NavItem struct {
	Key     string // stable name; the badge's element is badge-KEY, so that the feed can morph it
	Label   string // interface text
	Href    string
	Icon    string // name in icons.svg without the leading i-
	Badge   int    // what waits there; 0 shows none
	Urgent  bool   // the badge in red
	Press   string // shortcut, such as "g d"
	Current bool
}

// User is the person signed in, as pages show them.
type User struct {
	ID   string // owner of the drafts kept in this browser
	Name string
	Role string // interface text
}

// Toast is a short word that goes away by itself.
type Toast struct {
	Kind string // "ok", "warn" or "bad"
	Text string
	Undo string // address to post to within 10 s; empty when it can't be undone
}

// themeCookie and langCookie keep a person's choice on their browser. The script in the
// page writes them too, so they aren't HttpOnly; they hold nothing else.
const (
	themeCookie = "huiying_theme"
	langCookie  = "huiying_lang"
)

// ThemeOf reads the theme chosen in this browser: "light", "dark" or "".
func ThemeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err != nil || (c.Value != "light" && c.Value != "dark") {
		return ""
	}
	return c.Value
}

// LangOf reads the language chosen in this browser; Chinese unless it says otherwise.
func LangOf(r *http.Request) string {
	c, err := r.Cookie(langCookie)
	if err == nil && c.Value == LangEnglish {
		return LangEnglish
	}
	return LangChinese
}
