package ui_test

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/uitest"
)

func runInBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func orchard(s *toy) {
	s.head = ui.Header{
		Badge: ui.Badge{Text: "PROD", Grave: true}, Crumb: "main/eu-west-1 orchard fruit",
		Fresh: ui.Fresh{State: ui.FreshLive, Text: "live"}, Note: "2 RIPE",
		Counts: "4: x1 !2 ~1", Sort: "sort NAME",
	}
}

func TestFrames(t *testing.T) {
	uitest.Golden(t, uitest.MainLooks(), func(t *testing.T, l uitest.Look) *uitest.Console {
		g := &gate{mode: ui.Mode{Label: "READ-ONLY", Armable: true}}
		c, _ := start(t, orchard, func(o *uitest.Options) {
			o.W, o.H, o.Shell.Terminal, o.Shell.Gate = l.W, l.H, l.Terminal(), g
		})
		return c.Press("j")
	})
}

// TestTheStatusGivesWayToClusterAndService, after the key that arms: then the beginning of
// where one is. The glyph of the state stays, and of one that is a trouble its words.
func TestTheStatusGivesWayToClusterAndService(t *testing.T) {
	g := &gate{mode: ui.Mode{Label: "READ-ONLY", Armable: true}}
	c, s := start(t, orchard, func(o *uitest.Options) { o.Shell.Gate = g })
	for _, tt := range []struct {
		w                   int
		crumb, status, want string
	}{
		{80, "main/eu-west-1 orchard fruit", "live", "PROD main/eu-west-1 orchard fruit   READ-ONLY (W arms)           ● live   2 RIPE"},
		{80, "main/eu-west-1 orchard fruit", "picking, last 5m old", "PROD main/eu-west-1 orchard fruit   READ-ONLY    ● picking, last 5m old   2 RIPE"},
		{80, "main/eu-west-1 north-orchard apple-trees logs", "picking, last 5m old", "PROD main/eu-west-1 north-orchard apple-trees logs   READ-ONLY ● picking, last …"},
		{60, "main/eu-west-1 north-orchard apple-trees logs", "live", "PROD …-west-1 north-orchard apple-trees logs   READ-ONLY ● …"},
		{80, "main/eu-west-1@http://127.0.0.1:4566 orchard fruit", "throttled, retry 8s", "PROD …est-1@http://127.0.0.1:4566 orchard fruit   READ-ONLY ◐ throttled, retry …"},
		{80, "main/eu-west-1@http://127.0.0.1:4566 north-orchard fruit", "47s old", "PROD …1@http://127.0.0.1:4566 north-orchard fruit   READ-ONLY ◐ 47s old   2 RIPE"},
		{60, "main/eu-west-1 orchard fruit", "", "PROD main/eu-west-1 orchard fruit   READ-ONLY         2 RIPE"},
	} {
		s.head.Crumb, s.head.Fresh = tt.crumb, ui.Fresh{State: ui.FreshLive, Text: tt.status}
		switch tt.status {
		case "":
			s.head.Fresh = ui.Fresh{}
		case "throttled, retry 8s", "47s old":
			s.head.Fresh.State = ui.FreshStale
		}
		c.Resize(tt.w, 24)
		if got := c.Screen()[0]; got != tt.want {
			t.Errorf("of %s, %s\n%s\nwant\n%s", tt.crumb, tt.status, got, tt.want)
		}
	}
}

// TestTheHeaderKeepsWhatAnOperatorNeeds at each width: where one is and what may be done
// first, then the key that arms, and whose account it is wherever there is room for it.
func TestTheHeaderKeepsWhatAnOperatorNeeds(t *testing.T) {
	g := &gate{mode: ui.Mode{Label: "READ-ONLY", Armable: true}}
	c, s := start(t, orchard, func(o *uitest.Options) { o.Shell.Gate = g })
	s.head.Whose = "210987654321"
	for _, crumb := range []string{"orchard", "main/eu-west-1 orchard fruit", "main/eu-west-1 north-orchard apple-trees", "main/eu-west-1 north-orchard apple-trees of the hill"} {
		for _, armed := range []bool{false, true} {
			g.mode = ui.Mode{Label: "READ-ONLY", Armable: true}
			if armed {
				g.mode = ui.Mode{Label: "ARMED", Writable: true, Left: 12 * time.Minute}
			}
			for w := 80; w <= 200; w++ {
				s.head.Crumb = crumb
				c.Resize(w, 24)
				rows := c.Screen()
				want := []string{"PROD " + crumb, "●", " READ-ONLY"}
				if armed {
					want[2] = " ARMED 12m"
				} else if room := len("PROD " + crumb + "   READ-ONLY (W arms) * live   2 RIPE"); room <= w {
					want = append(want, "(W arms)", "● live   2 RIPE")
				}
				for _, want := range want {
					if !strings.Contains(rows[0], want) {
						t.Errorf("at %d columns %q lacks %q", w, rows[0], want)
					}
				}
				if n := strings.Count(rows[0]+rows[1], s.head.Whose); n != 1 {
					t.Errorf("at %d columns the account stands in %d places:\n%s\n%s", w, n, rows[0], rows[1])
				}
			}
		}
	}
	// Totals, filter and sort are what the second line is for.
	s.head.Crumb, s.head.Counts = "main/eu-west-1 north-orchard apple-trees", strings.Repeat("12 of it ", 7)
	if c.Resize(80, 24); strings.Contains(c.Text(), s.head.Whose) || !strings.Contains(c.Screen()[1], "sort NAME") {
		t.Errorf("it shows\n%s", c.Text())
	}
}

func TestHelpFrame(t *testing.T) {
	uitest.Golden(t, uitest.Looks(), func(t *testing.T, l uitest.Look) *uitest.Console {
		c, _ := start(t, orchard, func(o *uitest.Options) { o.Shell.Terminal = l.Terminal() })
		return c.Press("?")
	})
}

func TestPaletteFrame(t *testing.T) {
	uitest.Golden(t, uitest.Looks(), func(t *testing.T, l uitest.Look) *uitest.Console {
		c, _ := start(t, orchard, func(o *uitest.Options) { o.Shell.Terminal = l.Terminal() })
		return c.Type(":s")
	})
}

func TestNoSizeCrashesOrOverflows(t *testing.T) {
	c, _ := start(t, orchard)
	c.Press(":")
	for _, size := range [][2]int{{0, 0}, {1, 1}, {0, 24}, {80, 0}, {59, 24}, {80, 14}, {60, 15}, {61, 16}, {300, 100}} {
		c.Resize(size[0], size[1])
		lines := strings.Split(c.View().Content, "\n")
		if len(lines) > max(1, size[1]) {
			t.Errorf("%dx%d: %d rows", size[0], size[1], len(lines))
		}
		for _, line := range lines {
			if w := text.WidthPainted(line); w > size[0] {
				t.Errorf("%dx%d: a row is %d wide: %q", size[0], size[1], w, line)
			}
		}
	}
}

func TestASmallTerminalIsToldWhatIsNeeded(t *testing.T) {
	c, _ := start(t, nil)
	c.Resize(59, 24).Shows("too small", "59x24, needed 60x15").Hides("apple")
	c.Resize(60, 15).Shows("> apple").Hides("too small")
}

// TestKeysDoNothingWhileTheTerminalIsTooSmall: nobody sees what they would do. Leaving
// works, and what is asked before it can be answered by the same key.
func TestKeysDoNothingWhileTheTerminalIsTooSmall(t *testing.T) {
	w := &work{}
	c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Background = w })
	for _, size := range [][2]int{{59, 24}, {80, 14}, {1, 1}} {
		c.Resize(size[0], size[1])
		for _, key := range []string{"j", "e", "?", ":", "/", "W", "enter", "esc", "[", "ctrl+s"} {
			c.Press(key)
		}
		c.Paste("pasted")
		c.Resize(80, 24).Shows("> apple").Hides("pasted")
	}
	if len(s.got) > 0 || c.Quit {
		t.Errorf("an unseen screen took %q", s.got)
	}
	w.busy = "deploying api goes on without you"
	c.Resize(40, 10).Press("ctrl+c").Press("y").Shows("too small", "ctrl+c again leaves")
	if c.Quit {
		t.Error("an unseen question was answered")
	}
	if c.Press("ctrl+c"); !c.Quit {
		t.Error("the console cannot be left")
	}
}

func TestHintsFitAndKeepTheWayToAllOthers(t *testing.T) {
	for _, w := range []int{60, 80, 200} {
		c, s := start(t, func(s *toy) {
			for i := range 20 {
				s.extra = append(s.extra, ui.Binding{ID: fmt.Sprint("x", i), Name: fmt.Sprintf("thing number %d", i), Keys: []string{fmt.Sprint("f", i)}, Hint: 10 + i}.Runs(nil))
			}
		})
		_ = s
		c.Resize(w, 24)
		rows := c.Screen()
		hints := rows[len(rows)-1]
		if !strings.HasPrefix(hints, "<enter>open <e>eat <p>peel") || !strings.HasSuffix(hints, "</> <:> <?>") {
			t.Errorf("width %d: hints %q", w, hints)
		}
		if w == 200 && !strings.Contains(hints, "thing number 5") {
			t.Errorf("room is wasted: %q", hints)
		}
	}
}

func TestHelpListsEachActionOnce(t *testing.T) {
	c, s := start(t, nil)
	c.Resize(100, 60).Press("?")
	bindings := ui.Everywhere()
	for _, a := range s.Actions() {
		bindings = append(bindings, a.Binding)
	}
	for _, b := range bindings {
		keys := cmp.Or(strings.Join(b.Keys, " "), ":"+b.ID)
		entry := regexp.MustCompile(`(?m)(^|  )` + regexp.QuoteMeta(keys) + ` +` + regexp.QuoteMeta(b.Name) + `(: |  |$)`)
		if n := len(entry.FindAllString(c.Text(), -1)); n != 1 {
			t.Errorf("%q is listed %d times in\n%s", b.Name, n, c.Text())
		}
	}
}

// TestHelpTakesTheWidthThereIs in columns, and "/" narrows it to what is looked for.
func TestHelpTakesTheWidthThereIs(t *testing.T) {
	c, _ := start(t, nil, func(o *uitest.Options) {
		o.Shell.Reflexes = map[string]string{"0": ":all lists all", "p": "never said where p peels"}
	})
	height := map[int]int{}
	for _, w := range []int{60, 100, 200} {
		c.Resize(w, 60).Press("?")
		height[w] = strings.Count(c.Text()[strings.Index(c.Text(), "everywhere"):strings.Index(c.Text(), "not here")], "\n")
		c.Press("esc")
	}
	if height[60] <= height[100] || height[100] <= height[200] {
		t.Errorf("rows of one group by width: %v", height)
	}
	c.Resize(80, 24).Press("?").Shows("<esc>close </>search").Press("/").Type("hist").
		Shows("everywhere", "back in history", "forward in history", "/hist").Hides("save screen", "moving")
	if _, _, ok := c.Cursor(); !ok {
		t.Error("what is typed has no cursor")
	}
	c.Press("enter", "esc").Shows("moving", "save screen").Hides("/hist")
	c.Press("/").Type("peel").Shows("an apple has no peel").Hides("never said")
	c.Type("q").Shows("no key does that here").Press("esc", "esc").Hides("Keys")
}

// TestALongMessageIsToldToItsEnd, whatever rows it takes.
func TestALongMessageIsToldToItsEnd(t *testing.T) {
	c, s := start(t, nil)
	words := strings.TrimSpace(strings.Repeat("the orchard is closed for the season ", 7)) + ", ask the keeper"
	for _, level := range []ui.Level{ui.Info, ui.Warn, ui.Error} {
		s.host.Flash(level, "%s", words)
		c.Advance(time.Second)
		rows := strings.Join(c.Screen()[18:], " ")
		if got := strings.Join(strings.Fields(rows), " "); !strings.HasSuffix(got, words) {
			t.Errorf("the last rows say %q", got)
		}
		c.Shows("> apple")
	}
	c.Press("esc").Shows("<enter>open").Hides("orchard is closed")
}

func TestTheFilterIsTypedWithARealCursorAndAppliesAtOnce(t *testing.T) {
	c, s := start(t, nil)
	c.Press("/").Type("an").Shows("/an", "> banana").Hides("apple", "cherry")
	if x, y, ok := c.Cursor(); !ok || x != 3 || y != 22 {
		t.Errorf("cursor at %d,%d shown %v, want 3,22", x, y, ok)
	}
	c.Press("enter").Shows("banana")
	if _, _, ok := c.Cursor(); ok {
		t.Error("the cursor stays after the prompt")
	}
	c.Press("/").Type("zzz").Hides("banana").Press("esc").Shows("banana")
	if s.filter != "an" {
		t.Errorf("esc left the filter %q, want the one before", s.filter)
	}
	c.Press("esc").Shows("apple", "banana")
}

func TestAnInvalidFilterSaysSoAndKeepsTheLast(t *testing.T) {
	c, s := start(t, nil)
	c.Press("/").Type("(").Shows("missing )", "apple")
	if s.filter != "" {
		t.Errorf("filter %q", s.filter)
	}
}

func TestABannerStaysAboveTheRows(t *testing.T) {
	c, _ := start(t, func(s *toy) { s.head.Banner = "credentials of main have expired: aws sso login --profile main" })
	c.Shows("credentials of main have expired", "> apple")
	if rows := c.Screen(); len(rows) != 24 || !strings.HasPrefix(rows[2], "credentials") {
		t.Errorf("the banner is not the third of 24 rows:\n%s", c.Text())
	}
}

func TestTheScreensCursorIsMovedIntoTheFrame(t *testing.T) {
	c, _ := start(t, func(s *toy) { s.cursor = tea.NewCursor(4, 1) })
	if x, y, ok := c.Cursor(); !ok || x != 4 || y != 3 {
		t.Errorf("cursor at %d,%d shown %v, want 4,3", x, y, ok)
	}
}

func TestBareShowsTheRowsAlone(t *testing.T) {
	c, _ := start(t, orchard)
	c.Press("b").Shows("> apple").Hides("PROD", "<enter>").Press("esc").Shows("PROD", "<enter>")
}

func TestTheWindowTitleIsClean(t *testing.T) {
	c, _ := start(t, func(s *toy) { s.head.Crumb = "evil\x1b]0;owned\a" })
	if title := c.View().WindowTitle; strings.ContainsAny(title, "\x1b\a") || !strings.HasPrefix(title, "orchard: evil") {
		t.Errorf("title %q", title)
	}
}

func TestHostileTextInTheChromeObeysNobody(t *testing.T) {
	evil := "a\x1b[2Jb\u202e\nc"
	c, s := start(t, func(s *toy) {
		s.head = ui.Header{Crumb: evil, Note: evil, Banner: evil, Badge: ui.Badge{Text: evil}, Fresh: ui.Fresh{State: ui.FreshStale, Text: evil}}
	})
	s.host.Flash(ui.Error, "%s", evil)
	if content := c.View().Content; strings.Contains(content, "\x1b[2J") || strings.Contains(content, "\u202e") {
		t.Errorf("the frame holds what came from outside: %q", content)
	}
	if rows := c.Screen(); len(rows) != 24 {
		t.Errorf("%d rows", len(rows))
	}
}

// A key press costs what changes, and rest costs nothing.
func TestBytesOnTheWire(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			runInBubble(t, func(t *testing.T) {
				o := ui.Options{Title: "orchard", Terminal: ui.Terminal{Profile: colorprofile.TrueColor, Dark: true}}
				o.Root = func(h *ui.Host) ui.Screen { s := newToy(h); orchard(s); return s }
				w := uitest.Dial(t, o, size[0], size[1])
				if !strings.Contains(w.Text(), "> apple") {
					t.Fatalf("the terminal shows\n%s", w.Text())
				}
				if n := w.Idle(10 * time.Minute); n != 0 {
					t.Errorf("an idle screen wrote %d bytes", n)
				}
				if n := w.Bytes(uitest.Key("j")); n == 0 || n > 120 {
					t.Errorf("a cursor move wrote %d bytes, want 1 to 120", n)
				}
				if !strings.Contains(w.Text(), "> banana") {
					t.Errorf("after j the terminal shows\n%s", w.Text())
				}
			})
		})
	}
}
