package record

import (
	"regexp"
	"strings"
	"testing"

	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
)

const document = `{
  "took": 41,
  "ok": true,
  "who": {
    "name": "a \"b\": c"
  },
  "tags": [
    "x"
  ],
  "key": "****"
}`

func recorded() Line {
	var l Line
	l.About(theme.Text, "task", "f00d", "", "")
	l.About(theme.Text, "late", "", "", "")
	l.Message(theme.LogError, "Traceback\n  File app.py", "message", "Traceback\n  File app.py")
	l.JSON(document, map[string]string{"took": "41", "ok": "true", "who.name": `a "b": c`, "key": "secret", "tags": "x"})
	return l
}

func TestAFieldIsKnownByItsPlaceInTheDocument(t *testing.T) {
	l := recorded()
	got := map[string]string{}
	for i := range l.Parts() {
		if name, value, ok := l.Field(i); ok {
			if !l.Stops(i) {
				t.Errorf("the cursor passes %s by", name)
			}
			got[name] = value
		}
	}
	for name, want := range map[string]string{"message": "Traceback\n  File app.py", "took": "41", "ok": "true", "who.name": `a "b": c`, "key": "secret"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if len(got) != 5 {
		t.Errorf("fields: %v", got)
	}
	if part, ok := l.Find("who.name"); !ok || !strings.Contains(l.Parts()[part], `"name":`) {
		t.Errorf("who.name is found at %d, %v", part, ok)
	}
}

func TestKindsOfValuesDifferWithoutColourToo(t *testing.T) {
	for _, th := range []*theme.Theme{theme.New(theme.Options{}), theme.New(theme.Options{ASCII: true})} {
		seen := map[string]theme.Role{}
		for _, r := range []theme.Role{theme.JSONKey, theme.JSONString, theme.JSONNumber} {
			if other, twice := seen[th.Open(r)]; twice {
				t.Errorf("roles %d and %d look alike", r, other)
			}
			seen[th.Open(r)] = r
		}
	}
}

// styles are the sequences by which text is painted.
var styles = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestWhatIsLongGoesOnBelowItself(t *testing.T) {
	var l Line
	l.JSON("{\n  \"path\": \""+strings.Repeat("abcdefghi ", 12)+"\",\n  \""+strings.Repeat("k", 30)+"\": 1\n}", nil)
	rows, starts := l.Draw(ui.Drawing{Theme: theme.New(theme.Options{}), Width: 40, Wrap: true, Cursor: 2})
	var plain []string
	for _, row := range rows {
		if w := text.WidthPainted(row); w > 40 {
			t.Errorf("%q is %d cells wide", row, w)
		}
		plain = append(plain, styles.ReplaceAllString(row, ""))
	}
	whole := strings.Join(plain, "\n")
	if n := strings.Count(whole, "abcdefghi"); n != 12 || !strings.Contains(whole, "\n>  \"path\": \"abcdefghi") || !strings.Contains(whole, "\n           abcdefghi") {
		t.Errorf("%d of 12 words are drawn:\n%s", n, whole)
	}
	if len(starts) != len(l.Parts()) {
		t.Errorf("%d parts begin at %d rows", len(l.Parts()), len(starts))
	}
	if !strings.Contains(whole, "\n     1\n") {
		t.Errorf("the value of a long key has no row of its own:\n%s", whole)
	}
}
