package web

import (
	"context"

	"huiying/desk"
)

// CategoryLine is a category of the office's tree.
type CategoryLine struct {
	Path    string   `json:"path" doc:"来件的 category，如 城乡建设/物业管理"`
	Parent  *string  `json:"parent" doc:"上级的 path；十五个一级领域是 null"`
	Name    string   `json:"name"`
	Display string   `json:"display" doc:"页面上的叫法"`
	Words   []string `json:"words" nullable:"false" doc:"本单位给它写的用语"`
}

type listCategoriesIn struct{}

// listCategories gives the tree, each category before those below it.
func (s *Server) listCategories(_ context.Context, who desk.Actor, _ *listCategoriesIn) (List[CategoryLine], error) {
	out := List[CategoryLine]{Items: []CategoryLine{}}
	tree, err := s.Desk.ListCategories(who)
	if err != nil {
		return out, err
	}
	for _, n := range tree.Nodes() {
		out.Items = append(out.Items, CategoryLine{Path: n.Path(), Parent: known(n.Parent), Name: n.Name, Display: n.Shown(), Words: append([]string{}, n.Words...)})
	}
	return out, nil
}

type returnIn struct {
	ByID
	Body struct {
		Department string `json:"department,omitempty" doc:"退单单位；缺省为现责任单位"`
		Why        string `json:"why" doc:"退单理由"`
		Instead    string `json:"instead,omitempty" doc:"理由中写明的应办单位；缺省转给下一个建议单位"`
	}
}

func (s *Server) returnItem(ctx context.Context, who desk.Actor, in *returnIn) (Item, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Item{}, err
	}
	it, err := s.Desk.SendBack(ctx, who, desk.SentBack{Item: n, Department: in.Body.Department, Why: in.Body.Why, Instead: in.Body.Instead})
	if err != nil {
		return Item{}, err
	}
	return s.zoned().item(who)(it), nil
}
