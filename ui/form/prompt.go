package form

import (
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Mistake is what is wrong at one place of a value. A field whose Check returns one
// is checked while it is typed in, with a mark below the place.
type Mistake struct {
	Column int // in characters, from 1
	Says   string
}

// Error returns what is wrong.
func (m *Mistake) Error() string { return m.Says }

// Offer is how the text before the cursor of a field may go on.
type Offer struct {
	From int      // the column at which what is offered takes the place of what is typed
	Text []string // the likeliest first
}

// Prompt is what helps with a field in which one language is typed.
type Prompt struct {
	// Offer returns what the text before the cursor may go on with; tab takes the
	// first, shift+tab brings the next one to the front.
	Offer func(before string) Offer
	// Past is what was typed before, the newest first: up and down go through it,
	// ctrl+r finds the next older one that contains what is typed.
	Past []string
	// Note says what is worth knowing of a value that is right.
	Note func(value string) string
}

// prompt is the state of a field's help.
type prompt struct {
	Prompt
	at      int    // in Past; -1 is what is typed
	typed   string // before Past was gone through
	shifted int    // offers brought to the front
	mark    int    // column of the mistake; 0 is none
}

func newPrompt(p *Prompt) *prompt {
	if p == nil {
		return nil
	}
	return &prompt{Prompt: *p, at: -1}
}

// press takes the keys of the help, and reports whether it did.
func (f *Form) press(key string) bool {
	p := f.prompts[f.at]
	if p == nil {
		return false
	}
	in := &f.inputs[f.at]
	switch key {
	case "up", "down":
		step := 1
		if key == "down" {
			step = -1
		}
		p.walk(f, step, "")
	case "ctrl+r":
		needle := p.typed
		if p.at < 0 || !strings.Contains(in.Value(), needle) {
			needle = in.Value()
		}
		p.walk(f, 1, needle)
	case "shift+tab":
		p.shifted++
	case "tab":
		before, after := f.around()
		offer := p.offers(before)
		if len(offer.Text) == 0 {
			return true
		}
		kept := []rune(before)[:offer.From-1]
		in.SetValue(string(kept) + offer.Text[0] + after)
		in.SetCursor(len(kept) + len([]rune(offer.Text[0])))
		f.typedIn()
	default:
		return false
	}
	return true
}

// walk goes n steps through what was typed before, past what lacks a text.
func (p *prompt) walk(f *Form, step int, needle string) {
	in := &f.inputs[f.at]
	if p.at < 0 {
		p.typed = in.Value()
	}
	for at := p.at + step; at >= -1 && at < len(p.Past); at += step {
		if at >= 0 && !strings.Contains(p.Past[at], needle) {
			continue
		}
		p.at = at
		value := p.typed
		if at >= 0 {
			value = p.Past[at]
		}
		in.SetValue(value)
		in.CursorEnd()
		f.look()
		return
	}
}

// around is the text before and after the cursor.
func (f *Form) around() (before, after string) {
	runes := []rune(f.inputs[f.at].Value())
	at := min(f.inputs[f.at].Position(), len(runes))
	return string(runes[:at]), string(runes[at:])
}

func (p *prompt) offers(before string) Offer {
	if p.Offer == nil {
		return Offer{}
	}
	o := p.Offer(before)
	if n := len(o.Text); n > 0 {
		shift := p.shifted % n
		o.Text = append(append([]string(nil), o.Text[shift:]...), o.Text[:shift]...)
	}
	return o
}

// typedIn is told that the value changed by typing.
func (f *Form) typedIn() {
	if p := f.prompts[f.at]; p != nil {
		p.at, p.shifted = -1, 0
	}
	f.look()
}

// look checks a field whose mistakes have a place.
func (f *Form) look() {
	if f.prompts[f.at] != nil {
		f.check(f.at)
	}
}

// begun reports whether nothing is wrong with a value but that it ends too early.
func (f *Form) begun(i int) bool {
	p := f.prompts[i]
	return p != nil && p.mark > len([]rune(f.inputs[i].Value()))
}

// help draws what helps with the field under the cursor, below it.
func (f *Form) help(i, indent, w int) []string {
	p := f.prompts[i]
	if p == nil || i != f.at {
		return nil
	}
	tail := f.theme.Glyphs().Ellipsis
	var lines []string
	value := f.inputs[i].Value()
	if p.mark > 0 && text.Width(value) < w-indent-2 {
		role := theme.Failed
		if f.begun(i) {
			role = theme.Dim
		}
		before := []rune(value)
		before = before[:min(p.mark-1, len(before))]
		lines = append(lines, text.Spaces(indent+text.Width(string(before)))+f.theme.Paint(role, "^"))
	}
	before, _ := f.around()
	if o := p.offers(before); len(o.Text) > 0 {
		first := text.Truncate(o.Text[0], max(0, w-indent), tail)
		rest := text.Truncate("  "+strings.Join(o.Text[1:], "  "), max(0, w-indent-text.Width(first)), tail)
		lines = append(lines, text.Spaces(indent)+f.theme.Paint(theme.Key, first)+f.theme.Paint(theme.Dim, rest))
	}
	if p.Note != nil && f.wrong[i] == "" {
		if note := p.Note(value); note != "" {
			lines = append(lines, f.theme.Wrap(theme.Warn, note, indent, w)...)
		}
	}
	return lines
}

// promptHints are the keys of the help.
func (f *Form) promptHints() []struct{ Key, Name string } {
	if len(f.prompts) == 0 || f.prompts[f.at] == nil {
		return nil
	}
	return []struct{ Key, Name string }{{"enter", "search"}, {"tab", "complete"}, {"up", "earlier"}, {"ctrl+r", "find earlier"}, {"esc", "cancel"}}
}
