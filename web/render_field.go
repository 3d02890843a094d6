package web

import "fmt"

// Option is one choice of a select, radio or combobox.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`           // interface text for selects and radios, plain words for a combobox
	Hint  string `json:"hint,omitempty"` // said in grey beside it
	Keys  string `json:"keys,omitempty"` // pinyin: initials and full syllables, separated by spaces
}

// Field is a control with its label, hint and error.
type Field struct {
	Name        string
	ID          string // f-NAME unless given
	Label       string // interface text
	Type        string // text (default), password, tel, search, datetime-local, number, select, textarea, radios, checkbox, combo, hidden
	Value       string
	Text        string // what a combobox shows for its value
	Hint        string // interface text
	Error       string // already in the reader's words
	Placeholder string // interface text
	Options     []Option
	Source      string // address of a combobox's options, ?q= is added; Options are used when empty
	Required    bool
	Disabled    bool
	Autofocus   bool
	Complete    string // autocomplete
	Rows        int    // of a textarea
	Max         int    // characters; 0: no limit
	Key         string // shortcut that puts the focus here
	Class       string // "wide" takes the whole row of a form's grid
	Suggest     string // a suggestion not yet taken
	Because     string // the words that made it
	Suggested   string // field of the verdict whose suggestions are offered in it while somebody types
}

// newField makes a Field from pairs: {{template "field" (field "name" "place" "label" "地点" "value" .Body.Place)}}.
// An unknown name is an error, found when the views are checked.
func newField(pairs ...any) (Field, error) {
	f := Field{Type: "text"}
	if len(pairs)%2 != 0 {
		return f, fmt.Errorf("field: %d arguments, not pairs", len(pairs))
	}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return f, fmt.Errorf("field: %v is not a name", pairs[i])
		}
		if err := f.set(name, pairs[i+1]); err != nil {
			return f, err
		}
	}
	if f.ID == "" {
		f.ID = "f-" + f.Name
	}
	return f, nil
}

func (f *Field) set(name string, value any) error {
	texts := map[string]*string{
		"name": &f.Name, "id": &f.ID, "label": &f.Label, "type": &f.Type, "value": &f.Value, "text": &f.Text, "hint": &f.Hint,
		"error": &f.Error, "placeholder": &f.Placeholder, "source": &f.Source, "complete": &f.Complete,
		"key": &f.Key, "class": &f.Class, "suggest": &f.Suggest, "because": &f.Because, "suggested": &f.Suggested,
	}
	flags := map[string]*bool{"required": &f.Required, "disabled": &f.Disabled, "autofocus": &f.Autofocus}
	figures := map[string]*int{"rows": &f.Rows, "max": &f.Max}
	switch to := value.(type) {
	case []Option:
		if name == "options" {
			f.Options = to
			return nil
		}
	case bool:
		if p := flags[name]; p != nil {
			*p = to
			return nil
		}
	case int:
		if p := figures[name]; p != nil {
			*p = to
			return nil
		}
	}
	if p := texts[name]; p != nil {
		if value != nil {
			*p = fmt.Sprint(value)
		}
		return nil
	}
	return fmt.Errorf("field: %s can't be %T", name, value)
}

// Invalid says whether the field has an error.
func (f Field) Invalid() bool { return f.Error != "" }

// Described lists the elements that describe the control, for aria-describedby.
func (f Field) Described() string {
	switch {
	case f.Error != "" && f.Hint != "":
		return f.ID + "-error " + f.ID + "-hint"
	case f.Error != "":
		return f.ID + "-error"
	case f.Hint != "":
		return f.ID + "-hint"
	}
	return ""
}

// FieldError is one line of the error summary, linked to its field.
type FieldError struct {
	ID   string // the control's element id
	Text string
}
