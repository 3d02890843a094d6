package webtest

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// named are the keys that aren't characters.
var named = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Backspace": kb.Backspace, "Home": kb.Home, "End": kb.End,
	"ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
}

// Press presses keys one after the other: "e", "Enter", "Ctrl+K", "Alt+J", "Shift+Tab", "?".
func (tab *Tab) Press(keys ...string) {
	tab.t.Helper()
	for _, key := range keys {
		var modifiers input.Modifier
		for {
			mod, rest, found := strings.Cut(key, "+")
			modifier, known := map[string]input.Modifier{"Ctrl": input.ModifierCtrl, "Alt": input.ModifierAlt, "Shift": input.ModifierShift}[mod]
			if !found || !known || rest == "" {
				break
			}
			modifiers |= modifier
			key = rest
		}
		if modifiers != 0 && len(key) == 1 {
			key = strings.ToLower(key)
		}
		if special, ok := named[key]; ok {
			key = special
		}
		for _, r := range key {
			tab.Do(press(r, modifiers))
		}
	}
}

// press is one key going down and up. The character travels with the key going down, as it does from a keyboard,
// so that a page which prevents the one prevents the other.
func press(r rune, modifiers input.Modifier) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		events := kb.Encode(r)
		down, up := events[0], events[len(events)-1]
		if modifiers&^input.ModifierShift == 0 && len(events) > 2 {
			down.Type, down.Text, down.UnmodifiedText = input.KeyDown, events[1].Text, events[1].UnmodifiedText
		}
		down.Modifiers |= modifiers
		up.Modifiers |= modifiers
		if err := down.Do(ctx); err != nil {
			return err
		}
		return up.Do(ctx)
	})
}

// Type types text into whatever has the focus, as a keyboard without an input method does.
func (tab *Tab) Type(text string) {
	tab.t.Helper()
	tab.Do(input.InsertText(text))
}

// Compose types as an input method does: the letters are composed, then Enter confirms the candidate, a keydown
// with code 229 inside the composition, and the text goes in. It is the Enter that must not submit anything.
func (tab *Tab) Compose(letters, text string) {
	tab.t.Helper()
	tab.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		for i := range letters {
			if err := input.ImeSetComposition(letters[:i+1], int64(i+1), int64(i+1)).Do(ctx); err != nil {
				return err
			}
		}
		enter := func(kind input.KeyType) error {
			return input.DispatchKeyEvent(kind).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(229).Do(ctx)
		}
		if err := enter(input.KeyRawDown); err != nil {
			return err
		}
		// Some browsers show the same key with its own code, while still composing: that one, too.
		if err := input.DispatchKeyEvent(input.KeyDown).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13).WithText("\r").Do(ctx); err != nil {
			return err
		}
		if err := input.InsertText(text).Do(ctx); err != nil {
			return err
		}
		return enter(input.KeyUp)
	}))
}

// ComposeKeys presses keys as they show while an input method composes: code 229, in the middle of a composition. A list
// of candidates takes them; the page must not.
func (tab *Tab) ComposeKeys(keys ...string) {
	tab.t.Helper()
	tab.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		if err := input.ImeSetComposition("z", 1, 1).Do(ctx); err != nil {
			return err
		}
		for _, key := range keys {
			for _, kind := range []input.KeyType{input.KeyRawDown, input.KeyUp} {
				if err := input.DispatchKeyEvent(kind).WithKey(key).WithWindowsVirtualKeyCode(229).Do(ctx); err != nil {
					return err
				}
			}
		}
		return input.ImeSetComposition("", 0, 0).Do(ctx)
	}))
}
