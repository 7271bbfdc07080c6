package app

import (
	"testing"

	"gantry/internal/config"
	"gantry/ui/theme"
)

// TestAThemeIsChangedAtOnceAndStays, until the configuration names another.
func TestAThemeIsChangedAtOnceAndStays(t *testing.T) {
	slow := setting{sim: SimOptions{Speed: 0.01}, configure: func(c *config.Config) {
		c.Themes = []theme.Scheme{{Name: "harbour", Background: "#101418"}}
	}}
	sit(t, slow, func(t *testing.T, d *desk) {
		is := func(d *desk, want string) {
			t.Helper()
			if got := d.Shell.Host().Scheme().Name; got != want {
				t.Errorf("the theme is %s, want %s", got, want)
			}
		}
		d.press(":").Type("theme").Shows("theme harbour", "theme auto", "the one that is shown", "theme nord").press("esc")
		d.command("theme nord").Shows("theme nord")
		is(d, "nord")
		next := d.again(slow)
		defer next.leave()
		is(next, "nord")
		next.command("theme harbour")
		third := next.again(slow)
		defer third.leave()
		is(third, "harbour")
		third.app.Config.Screen.Theme = "dracula"
		fourth := third.again(slow)
		defer fourth.leave()
		is(fourth, "dracula")
		fourth.command("theme none").Shows("theme none")
		if fourth.Shell.Host().Theme().Coloured() {
			t.Error("it is coloured")
		}
		fourth.command("theme dracula")
		if got := fourth.app.left.Value("", keptTheme); got != "" {
			t.Errorf("the theme of the configuration is kept as %q", got)
		}
	})
}
