package web

import (
	"cmp"
	"math"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
)

type modelsBody struct {
	Form
	Rows  []ModelRow
	Shown *ModelRow // the one whose comparison is shown
}

// ModelRow is a learnt model; number 0 is what the program ships.
type ModelRow struct {
	desk.LearntModel
	InUse  bool
	Shown  bool
	Fields []ModelField
}

// ModelField is the comparison for one field, as the page tells it.
type ModelField struct {
	desk.FieldReport
	Name    string // interface text
	Classes []ModelClass
	More    int // texts that change and aren't listed
}

// ModelClass is a value's line: percentages of F1, and how they differ.
type ModelClass struct {
	Name          string
	Size          int
	Before, After int
	Light         string // how it goes: better, worse, alike
	Word          string // interface text
}

// changesShown are the texts listed for each field; the command prints them all.
const changesShown = 20

// models lists learnt models and how one compares with what was in use (模型).
func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	s.modelsPage(w, r, http.StatusOK, Form{})
}

func (s *Server) modelsPage(w http.ResponseWriter, r *http.Request, status int, f Form) {
	page, err := s.newPage(r, "模型", "models")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	list, inUse, err := s.Desk.Models(r.Context(), identityOf(r.Context()).who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := modelsBody{Form: f}
	asked := id64(r.URL.Query().Get("model"))
	if asked == 0 && len(list) > 0 {
		asked = list[0].ID
	}
	for _, m := range append(list, desk.LearntModel{}) {
		row := ModelRow{LearntModel: m, InUse: m.ID == inUse, Shown: m.ID == asked && asked != 0}
		if row.Shown {
			for _, field := range m.Report.Fields {
				row.Fields = append(row.Fields, modelField(field))
			}
			shown := row
			body.Shown = &shown
		}
		body.Rows = append(body.Rows, row)
	}
	page.Body = body
	s.render(w, r, status, "models", page)
}

func modelField(f desk.FieldReport) ModelField {
	out := ModelField{FieldReport: f, Name: desk.FieldNames[f.Field]}
	percent := func(x float64) int { return int(math.Round(100 * x)) }
	for _, c := range f.Classes {
		line := ModelClass{Name: c.Name, Size: c.Size, Before: percent(c.F1Before()), After: percent(c.F1After()), Light: LightOff, Word: "持平"}
		switch cmp.Compare(line.After, line.Before) {
		case 1:
			line.Light, line.Word = LightMet, "变好"
		case -1:
			line.Light, line.Word = LightRed, "变差"
		}
		out.Classes = append(out.Classes, line)
	}
	if len(out.Changed) > changesShown {
		out.Changed = out.Changed[:changesShown]
	}
	out.More = f.ChangedCount - len(out.Changed)
	return out
}

// modelUse switches to a model. One reason serves the record; none is asked for, since
// going back is one press as well.
func (s *Server) modelUse(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, "why")
	number, bad := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err == nil && (bad != nil || number < 0) {
		err = desk.NotFound("没有这个编号的模型")
	}
	if err == nil {
		err = s.Desk.UseModel(r.Context(), identityOf(r.Context()).who, number, f.Value("why"))
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.done(w, r, "/models", "已换用，各节点几秒内生效")
}
