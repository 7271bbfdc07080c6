package uitest

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"gantry/ui"
)

// Look is a terminal that a frame is drawn for.
type Look struct {
	W, H int
	// Plain draws without colours, ASCII without other characters too.
	Plain, ASCII bool
}

// String names the look as its golden file.
func (l Look) String() string {
	name := fmt.Sprintf("%dx%d", l.W, l.H)
	if l.Plain {
		name += "-plain"
	}
	if l.ASCII {
		name += "-ascii"
	}
	return name
}

// Terminal is the terminal of the look.
func (l Look) Terminal() ui.Terminal {
	t := ui.Terminal{Profile: colorprofile.ANSI, Dark: true, ASCII: l.ASCII}
	if l.Plain || l.ASCII {
		t.Profile = colorprofile.ASCII
	}
	return t
}

// Looks are the frames that every screen has: one, in colour.
func Looks() []Look { return []Look{{W: 80, H: 24}} }

// MainLooks are those of the five main screens, which are services, tasks, logs, the
// plan of a change and its follow: also large, small, without colour and in ASCII.
func MainLooks() []Look {
	return append(Looks(), Look{W: 200, H: 50}, Look{W: 60, H: 15}, Look{W: 80, H: 24, Plain: true}, Look{W: 80, H: 24, ASCII: true})
}

// Golden compares what build shows with testdata/<test>/<look>.golden, for each
// look. Run the test with -update to write the files.
func Golden(t *testing.T, looks []Look, build func(t *testing.T, l Look) *Console) {
	t.Helper()
	for _, look := range looks {
		t.Run(look.String(), func(t *testing.T) {
			c := build(t, look)
			if look.Plain || look.ASCII {
				golden.RequireEqual(t, c.Text()+"\n")
				return
			}
			golden.RequireEqual(t, c.Render()+"\n")
		})
	}
}
