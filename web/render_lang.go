package web

import (
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"
	"unicode"
)

// What people wrote stays in their language on an English page, and is marked as such: a voice then reads it with the right
// sounds, and the browser takes the right shapes of the characters (WCAG 3.1.2). No view needs to think of it: in the views of
// another language than Chinese every value shown as text that doesn't come from the catalogue goes through inChinese.

// ownWords are the functions whose results are the interface's own, in its own language.
var ownWords = map[string]bool{"t": true, "text": true, "flag": true, "lightWord": true, "icon": true, "static": true, "jsTexts": true, "day": true, "minute": true, "short": true,
	"hm": true, "hms": true, "near": true, "moment": true, "span": true, "left": true, "counter": true, "iso": true, "number": true, "percent": true, "lang": true, "inChinese": true, "sentence": true}

// notMarked are the elements that hold nothing but text.
var notMarked = []string{"title", "option", "textarea", "script", "style"}

// inChinese marks a value in Chinese.
func inChinese(v any) any {
	var html string
	switch s := v.(type) {
	case string:
		html = template.HTMLEscapeString(s)
	case template.HTML:
		html = string(s)
	default:
		return v
	}
	if !strings.ContainsFunc(html, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return v
	}
	return template.HTML(`<span lang="zh-CN">` + html + `</span>`)
}

// markForeign sends every value that a template shows as text through inChinese. Done twice it changes nothing.
func markForeign(tree *parse.Tree) {
	if tree != nil && tree.Root != nil {
		(&marker{}).list(tree.Root)
	}
}

// sentence is an interface text whose values may be marked ones.
func sentence(text string, values ...any) template.HTML {
	for i, v := range values {
		if s, ok := v.(string); ok {
			values[i] = template.HTMLEscapeString(s)
		}
	}
	return template.HTML(fmt.Sprintf(template.HTMLEscapeString(text), values...))
}

// flagWords are a flag's, with what people wrote in it marked where the page isn't in Chinese.
func flagWords(lang string, text func(string, ...any) string, f Flag) any {
	if lang == LangChinese || len(f.Args) == 0 {
		return text(f.Text, f.Args...)
	}
	values := make([]any, len(f.Args))
	for i, v := range f.Args {
		values[i] = inChinese(v)
	}
	return sentence(text(f.Text), values...)
}

// own says whether a command gives the interface's own words.
func own(cmd *parse.CommandNode) bool {
	id, ok := cmd.Args[0].(*parse.IdentifierNode)
	return ok && ownWords[id.Ident]
}

// markValues turns {{t "%s 在看" .Name}} into {{sentence (t "%s 在看") (inChinese .Name)}}.
func markValues(cmd *parse.CommandNode) {
	call := func(name string, arg parse.Node) parse.Node {
		args := []parse.Node{parse.NewIdentifier(name).SetPos(cmd.Pos), arg}
		return &parse.PipeNode{NodeType: parse.NodePipe, Pos: cmd.Pos, Cmds: []*parse.CommandNode{{NodeType: parse.NodeCommand, Pos: cmd.Pos, Args: args}}}
	}
	for i, arg := range cmd.Args[2:] {
		if pipe, ok := arg.(*parse.PipeNode); ok && len(pipe.Cmds) > 0 && own(pipe.Cmds[len(pipe.Cmds)-1]) {
			continue
		}
		cmd.Args[i+2] = call("inChinese", arg)
	}
	cmd.Args[1] = call("t", cmd.Args[1])
	cmd.Args[0] = parse.NewIdentifier("sentence").SetPos(cmd.Pos)
}

// marker walks a template in the order of its text and knows whether that is inside a tag or in an element that can't be marked.
type marker struct {
	inTag bool
	raw   string // the element
}

func (m *marker) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			m.text(string(n.Text))
		case *parse.ActionNode:
			m.action(n)
		case *parse.IfNode:
			m.branch(&n.BranchNode)
		case *parse.RangeNode:
			m.branch(&n.BranchNode)
		case *parse.WithNode:
			m.branch(&n.BranchNode)
		}
	}
}

// branch walks both ways from the same place; html/template sees to it that they end in the same one.
func (m *marker) branch(b *parse.BranchNode) {
	other := *m
	m.list(b.List)
	other.list(b.ElseList)
}

func (m *marker) text(s string) {
	for s != "" {
		if m.raw != "" {
			_, rest, ends := strings.Cut(s, "</"+m.raw)
			if !ends {
				if before, _, opens := strings.Cut(s, ">"); m.inTag && opens {
					m.inTag, s = false, s[len(before)+1:]
					continue
				}
				return
			}
			m.raw, m.inTag, s = "", true, rest
			continue
		}
		if m.inTag {
			_, rest, ends := strings.Cut(s, ">")
			if !ends {
				return
			}
			m.inTag, s = false, rest
			continue
		}
		_, rest, opens := strings.Cut(s, "<")
		if !opens {
			return
		}
		m.inTag, s = true, rest
		for _, name := range notMarked {
			if strings.HasPrefix(s, name) && len(s) > len(name) && strings.ContainsRune(" >\n", rune(s[len(name)])) {
				m.raw = name
			}
		}
	}
}

func (m *marker) action(n *parse.ActionNode) {
	if m.inTag || m.raw != "" || n.Pipe == nil || len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) == 0 {
		return
	}
	for _, cmd := range n.Pipe.Cmds {
		if own(cmd) {
			if id := cmd.Args[0].(*parse.IdentifierNode); id.Ident == "t" && len(cmd.Args) > 2 {
				markValues(cmd)
			}
			return
		}
	}
	n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier("inChinese").SetPos(n.Pos)}})
}
