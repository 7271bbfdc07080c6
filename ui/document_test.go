package ui_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/ui"
	"gantry/ui/uitest"
)

// read opens a document over the toy.
func read(t *testing.T, o ui.DocumentOptions) *uitest.Console {
	t.Helper()
	c, s := start(t, nil)
	s.extra = []ui.Action{ui.Binding{ID: "read", Name: "read", Keys: []string{"o"}}.Does(func() { s.host.Push(ui.NewDocument(s.host, o)) })}
	return c.Press("o")
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of the text\n", i)
	}
	return b.String()
}

func TestADocumentScrollsToItsEndsAndNoFurther(t *testing.T) {
	c := read(t, ui.DocumentOptions{Name: "poem", Content: ui.Plain(numbered(100))})
	c.Shows("line 0 of", "100 lines").Press("k", "j", "j").Hides("line 1 of").Shows("line 2 of")
	c.Press("G").Shows("line 99 of").Press("pgdown", "j").Shows("line 80 of", "line 99 of").Press("g").Shows("line 0 of")
}

func TestADocumentFindsAndGoesAround(t *testing.T) {
	c := read(t, ui.DocumentOptions{Name: "poem", Content: ui.Plain(numbered(100))})
	c.Press("n").Shows("nothing is searched for")
	c.Press("/").Type("nowhere").Press("enter").Shows("0 matches", "line 0 of")
	c.Press("/", "ctrl+u").Type("LINE [37]0 of").Press("enter").Shows("2 matches", "line 30 of").Hides("line 29 of")
	c.Press("n").Shows("line 70 of").Hides("line 69 of").Press("n").Shows("line 30 of").Press("N").Shows("line 70 of")
	c.Press("/", "ctrl+u").Type("(").Shows("not a regular expression")
}

func TestADocumentWrapsOrScrollsSideways(t *testing.T) {
	long := strings.Repeat("x", 100) + "END"
	c := read(t, ui.DocumentOptions{Name: "poem", Content: ui.Plain(long)})
	c.Shows("END").Press("right").Shows("scroll right: lines are wrapped")
	c.Press("w").Hides("END").Press("right", "right", "right").Shows("END").Press("w").Shows("END")
}

func TestADocumentCopiesAndSavesTheRawTextAndShowsItClean(t *testing.T) {
	c := read(t, ui.DocumentOptions{Name: "poem", Content: ui.Plain("a\x1b[31mb")})
	c.Press("c").Shows("poem sent", `a\x1b[31mb`)
	if c.Clipboard != "a\x1b[31mb" {
		t.Errorf("copied %q", c.Clipboard)
	}
}

// TestADocumentOfATypeIsSavedAsThatFile: without a title, byte for byte.
func TestADocumentOfATypeIsSavedAsThatFile(t *testing.T) {
	dir := t.TempDir()
	c, s := start(t, orchard, func(o *uitest.Options) { o.Shell.SaveDir = dir })
	s.extra = []ui.Action{ui.Binding{ID: "read", Name: "read", Keys: []string{"o"}}.Does(func() {
		s.host.Push(ui.NewDocument(s.host, ui.DocumentOptions{Name: "sheet", FileType: "yaml", Content: ui.Plain("a: \"x  \"\nb: 1\n")}))
	})}
	c.Resize(200, 24).Press("o", "ctrl+s").Shows("saved to ", ".yaml")
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("saved %v (%v)", files, err)
	}
	if got, err := os.ReadFile(files[0]); string(got) != "a: \"x  \"\nb: 1\n" {
		t.Errorf("saved %q (%v)", got, err)
	}
}

func TestADocumentThatCannotBeLoadedSaysSoAndCanBeLoadedAgain(t *testing.T) {
	fail := true
	c := read(t, ui.DocumentOptions{Name: "poem", Load: func(context.Context) (ui.Content, error) {
		if fail {
			return nil, errors.New("AccessDenied: ecs:DescribeServices is missing")
		}
		return ui.Plain("roses are red"), nil
	}})
	c.Shows("poem could not be read", "ecs:DescribeServices is missing", "ctrl+r tries again", "not loaded")
	c.Press("c").Shows("copy text: nothing was read yet")
	fail = false
	c.Press("ctrl+r").Shows("roses are red").Hides("not loaded")
	fail = true
	c.Press("ctrl+r").Shows("roses are red", "not loaded", "AccessDenied")
}

func TestALongTextSaysWhereOneIs(t *testing.T) {
	c := read(t, ui.DocumentOptions{Name: "poem", Content: ui.Plain(numbered(100))})
	c.Shows("% (top)").Press("pgdown").Hides("(top)").Shows("%").Press("G").Shows("100% (end)")
}

func TestARefusalIsToldToItsEnd(t *testing.T) {
	why := strings.Repeat("because of one thing and another ", 3) + "and of the last"
	c, s := start(t, nil)
	s.extra = []ui.Action{ui.Binding{ID: "never", Name: "never", Keys: []string{"o"}}.Does(nil).Unless(why)}
	c.Press("o").Shows("and of the last").Press("j").Hides("and of the last")
}

// list is a content of parts that the cursor goes through, but for those without a text.
type list []string

func (l list) Parts() []string     { return l }
func (l list) Text() string        { return strings.Join(l, "\n") }
func (l list) Stops(part int) bool { return l[part] != "" }
func (l list) Draw(d ui.Drawing) (rows []string, starts []int) {
	for i, part := range l {
		starts = append(starts, len(rows))
		mark := " "
		if i == d.Cursor {
			mark = ">"
		}
		for line := range strings.SplitSeq(part, "\n") {
			rows = append(rows, mark+line)
		}
	}
	return rows, starts
}

// TestADocumentOfPartsHasACursor that passes over what is no stop, and goes on only when all of
// a part that is taller than the screen was seen.
func TestADocumentOfPartsHasACursor(t *testing.T) {
	tall := strings.TrimSuffix(numbered(40), "\n")
	c := read(t, ui.DocumentOptions{Name: "poem", Content: list{"", "first", "", "second", tall, "last", ""}})
	c.Shows(">first").Press("k").Shows(">first").Press("j").Shows(">second", " first")
	c.Press("j").Shows(">line 0 of").Hides("last", "second")
	for range 20 {
		c.Press("j")
	}
	c.Shows(">line 39 of").Press("j").Shows(">last")
	c.Press("k").Shows(">line 39 of").Hides(">last", "line 0 of").Press("G").Shows(">last").Press("g").Shows(">first")
	c.Press("/").Type("last").Press("enter").Shows(">last")
	c.Press("pgup", "pgup", "pgup").Shows(">first")
}
