package web

import (
	"embed"
	"encoding/json"
	"fmt"
)

// The languages of the interface. Chinese texts are the keys of every other catalogue.
const (
	LangChinese = "zh-CN"
	LangEnglish = "en"
)

// Langs in the order in which the switch offers them.
var Langs = []string{LangChinese, LangEnglish}

//go:embed views
var viewFiles embed.FS

// Catalogue turns the interface's Chinese texts into another language. A text that is missing
// stays Chinese: half a sentence is better than none.
type Catalogue map[string]string

// loadCatalogue reads an English catalogue: en.json holds the pages' texts and the domain's words, en-js.json
// the scripts', which travel with every English page.
func loadCatalogue(file string) (Catalogue, error) {
	raw, err := viewFiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := Catalogue{}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// Text gives the text in the language, with its values when there are any.
func (c Catalogue) Text(lang, text string, args ...any) string {
	if lang == LangEnglish {
		if s, ok := c[text]; ok {
			text = s
		}
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
