package hotline

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"

	"huiying/desk"
)

// serviceCode is the code of a category: the place of its class among the fifteen, of
// two figures. "" for none of them.
func serviceCode(category string) string {
	if i := slices.Index(desk.Categories, desk.CategoryClass(category)); i >= 0 {
		return fmt.Sprintf("%02d", i+1)
	}
	return ""
}

// serviceNamed is the category of a code, or of its own name.
func serviceNamed(code string) (category string, ok bool) {
	for _, c := range desk.Categories {
		if code == c || code == serviceCode(c) {
			return c, true
		}
	}
	return "", false
}

type serviceShape struct {
	Code        string `xml:"service_code" json:"service_code"`
	Name        string `xml:"service_name" json:"service_name"`
	Description string `xml:"description" json:"description"`
	Metadata    bool   `xml:"metadata" json:"metadata"`
	Type        string `xml:"type" json:"type"`
	Keywords    string `xml:"keywords" json:"keywords"`
	Group       string `xml:"group" json:"group"`
}

type servicesXML struct {
	XMLName xml.Name       `xml:"services"`
	List    []serviceShape `xml:"service"`
}

// serviceList is the services: the categories that the desk itself goes by.
func serviceList() document {
	list := make([]serviceShape, len(desk.Categories))
	for i, c := range desk.Categories {
		list[i] = serviceShape{Code: serviceCode(c), Name: c, Description: "反映“" + c + "”方面的问题", Metadata: true, Type: "realtime",
			Keywords: c, Group: "诉求领域"}
	}
	return document{list, servicesXML{List: list}}
}

// The attributes of every service.
const (
	attributeKind       = "kind"
	attributeDepartment = "department"
)

type valueShape struct {
	Key  string `xml:"key" json:"key"`
	Name string `xml:"name" json:"name"`
}

type attributeShape struct {
	Variable    bool         `xml:"variable" json:"variable"`
	Code        string       `xml:"code" json:"code"`
	Datatype    string       `xml:"datatype" json:"datatype"`
	Required    bool         `xml:"required" json:"required"`
	Explained   maybe        `xml:"datatype_description" json:"datatype_description"`
	Order       int          `xml:"order" json:"order"`
	Description string       `xml:"description" json:"description"`
	Values      []valueShape `xml:"values>value" json:"values,omitempty"`
}

type definitionShape struct {
	XMLName    xml.Name         `xml:"service_definition" json:"-"`
	Code       string           `xml:"service_code" json:"service_code"`
	Attributes []attributeShape `xml:"attributes>attribute" json:"attributes"`
}

func values(names []string) []valueShape {
	list := make([]valueShape, len(names))
	for i, n := range names {
		list[i] = valueShape{n, n}
	}
	return list
}

// definition gives the attributes that a service asks for.
func (h *open311) definition(a answerer, code string) {
	category, ok := serviceNamed(code)
	if !ok {
		a.fail(http.StatusNotFound, "没有这个 service_code")
		return
	}
	d := definitionShape{Code: serviceCode(category), Attributes: []attributeShape{
		{Variable: true, Code: attributeKind, Datatype: "singlevaluelist", Order: 1, Description: "诉求类型", Values: values(desk.Kinds)},
		{Variable: true, Code: attributeDepartment, Datatype: "singlevaluelist", Order: 2, Description: "希望由哪个单位办理", Values: values(h.Desk.Directory.Departments)},
	}}
	if len(h.Desk.Directory.Departments) == 0 {
		d.Attributes[1].Datatype = "string"
	}
	a.give(document{d, d})
}

type endpointShape struct {
	Specification string   `xml:"specification" json:"specification"`
	URL           string   `xml:"url" json:"url"`
	Changeset     string   `xml:"changeset" json:"changeset"`
	Type          string   `xml:"type" json:"type"`
	Formats       []string `xml:"formats>format" json:"formats"`
}

type discoveryShape struct {
	XMLName    xml.Name        `xml:"discovery" json:"-"`
	Changeset  string          `xml:"changeset" json:"changeset"`
	Contact    string          `xml:"contact" json:"contact"`
	KeyService string          `xml:"key_service" json:"key_service"`
	Endpoints  []endpointShape `xml:"endpoints>endpoint" json:"endpoints"`
}

// changeset is when what this service offers changed last.
const changeset = "2026-11-22T00:00:00+08:00"

// discovery says where the service lies, under the name that it was asked by.
func (h *open311) discovery(a answerer, r *http.Request) {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	d := discoveryShape{Changeset: changeset, Contact: h.Desk.Policy.Office.Name, KeyService: "密钥由" + h.Desk.Policy.Office.Name + "系统管理员发放",
		Endpoints: []endpointShape{{Specification: "http://wiki.open311.org/GeoReport_v2", URL: scheme + "://" + r.Host + "/open311/v2", Changeset: changeset,
			Type: "production", Formats: []string{"application/json", "text/xml"}}}}
	a.give(document{d, d})
}
