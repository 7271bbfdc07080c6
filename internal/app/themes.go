package app

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/palette"
	"gantry/ui/theme"
	"gantry/views"
)

var _ = views.Everywhere.Add(actTheme)

// actTheme lists the themes.
var actTheme = ui.Binding{ID: "theme", Name: "theme", Short: []string{"themes", "skin"}}

// keptTheme is the name under which a chosen theme is kept. With it stands the one of the
// configuration that it was chosen in place of: once the file names another, that counts.
const keptTheme, inPlaceOf = "theme", " in place of "

// scheme is the theme to begin with. The error names the one of the configuration that is
// unknown; a chosen one that is gone is forgotten.
func (a *App) scheme() (theme.Scheme, error) {
	configured := a.Config.Screen.Theme
	if name, other, ok := strings.Cut(a.left.Value("", keptTheme), inPlaceOf); ok && other == configured {
		if s, known := theme.Find(name, a.Config.Themes); known {
			return s, nil
		}
	}
	s, ok := theme.Find(configured, a.Config.Themes)
	if !ok {
		return s, fmt.Errorf("theme: %q is unknown, expected one of %s", configured, strings.Join(a.Config.ThemeNames(), ", "))
	}
	return s, nil
}

// choose draws in another theme, and keeps that.
func (a *App) choose(h *ui.Host, s theme.Scheme) {
	h.SetScheme(s)
	configured, _ := theme.Find(a.Config.Screen.Theme, a.Config.Themes)
	value := s.Name + inPlaceOf + a.Config.Screen.Theme
	if s.Name == configured.Name {
		value = ""
	}
	a.left.Set("", keptTheme, value)
	switch {
	case !h.Theme().Coloured() && !s.Plain:
		h.Flash(ui.Info, "theme %s: this terminal, NO_COLOR or --no-color leaves it without colour", s.Name)
	default:
		h.Flash(ui.Info, "theme %s", s.Name)
	}
}

// themes are those that ":theme" lists and ":theme NAME" changes to.
func (f finder) themes(text string) []palette.Item {
	word, name, _ := strings.Cut(text, " ")
	listed := slices.Contains([]string{"theme", "themes", "skin"}, word)
	var items []palette.Item
	for _, s := range slices.Concat(f.app.Config.Themes, theme.Schemes()) {
		item := palette.Item{Name: "theme " + s.Name, Answer: listed && strings.HasPrefix(s.Name, strings.TrimSpace(name)), Run: func() tea.Cmd {
			f.app.choose(f.host, s)
			return nil
		}}
		if s.Name == f.host.Scheme().Name {
			item.Detail = "the one that is shown"
		}
		items = append(items, item)
	}
	return items
}
