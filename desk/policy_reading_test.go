package desk

import (
	"errors"
	"testing"
)

func TestOfficeReading(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy([]byte(`{"reading": {"words": ["数字城管中心", "清水湾"], "duties": [{"department": "数字城管中心", "document": "云政办发〔2026〕3号", "words": ["充电桩"], "categories": ["城乡建设"], "regions": ["530602"]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Reading.Words) != 2 || len(p.Reading.Duties) != 1 || p.Reading.Duties[0].Department != "数字城管中心" || p.Reading.Duties[0].Regions[0] != "530602" {
		t.Errorf("%+v", p.Reading)
	}
	for field, file := range map[string]string{
		"reading.words":                 `{"reading": {"words": ["字"]}}`,
		"reading.duties[0].department":  `{"reading": {"duties": [{"words": ["充电桩"]}]}}`,
		"reading.duties[0].words":       `{"reading": {"duties": [{"department": "甲局"}]}}`,
		"reading.duties[0].categories":  `{"reading": {"duties": [{"department": "甲局", "words": ["充电桩"], "categories": ["天文"]}]}}`,
		"reading.duties[0].regions":     `{"reading": {"duties": [{"department": "甲局", "words": ["充电桩"], "regions": ["清水区"]}]}}`,
		"reading.duties[0].responsible": `{"reading": {"duties": [{"department": "甲局", "words": ["充电桩"], "responsible": "x"}]}}`,
	} {
		_, err := ParsePolicy([]byte(file))
		var e *Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", file, err)
		}
	}
}
