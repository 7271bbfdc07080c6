package config

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"gantry/ui/theme"
)

// themeDir is where themes of one's own are: beside the configuration file, whether or not
// that is there.
func (c Config) themeDir() string {
	return filepath.Join(filepath.Dir(cmp.Or(c.File, DefaultFile())), "themes")
}

// themes reads the themes of one's own, by name. What is wrong with some is told together
// and does not take the others away.
func themes(dir string) (list []theme.Scheme, err error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
	var faults []error
	for _, file := range files {
		s, err := themeFile(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		list = append(list, s)
	}
	return list, errors.Join(faults...)
}

func themeFile(file string) (theme.Scheme, error) {
	name := strings.TrimSuffix(filepath.Base(file), ".yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		return theme.Scheme{}, err
	}
	p := &parser{file: file, places: map[string]*yaml.Node{}}
	n := p.document(data)
	s := theme.Scheme{Name: name}
	if _, shipped := theme.Find(name, nil); shipped {
		p.faults = append(p.faults, lineFault{0, errors.New(file + ": gantry ships a theme of that name, expected a file of another name")})
	}
	if n != nil && len(p.faults) == 0 {
		s = p.theme(name, n)
	}
	return s, p.err()
}

// theme reads a theme: a shipped one, and what is different from it.
func (p *parser) theme(name string, n *yaml.Node) theme.Scheme {
	s, base := theme.Scheme{Name: name}, "auto"
	var shipped []string
	for _, b := range theme.Schemes() {
		shipped = append(shipped, b.Name)
	}
	p.mapping(n, "theme", fields{
		"base":       func(v *yaml.Node) { base = p.choice(v, "base", shipped...) },
		"background": func(v *yaml.Node) { s.Background = p.colour(v, "background", theme.CheckHex) },
		"foreground": func(v *yaml.Node) { s.Foreground = p.colour(v, "foreground", theme.CheckHex) },
		"dim":        func(v *yaml.Node) { s.Dim = p.colour(v, "dim", theme.CheckHex) },
		"colours": func(v *yaml.Node) {
			s.Hues = map[string]string{}
			known := fields{}
			for _, hue := range theme.HueNames() {
				known[hue] = func(v *yaml.Node) { s.Hues[hue] = p.colour(v, hue, theme.CheckHex) }
			}
			p.mapping(v, "colours", known)
		},
		"roles": func(v *yaml.Node) {
			s.Roles = map[string]theme.Ink{}
			known := fields{}
			for _, role := range theme.RoleNames() {
				known[role] = func(v *yaml.Node) { s.Roles[role] = p.ink(v, role) }
			}
			p.mapping(v, "roles", known)
		},
	})
	out, _ := s.On(base) // one that is not shipped is a fault already
	return out
}

// ink reads how a role is drawn: a colour, or a mapping of it and of how letters look.
func (p *parser) ink(n *yaml.Node, role string) (ink theme.Ink) {
	if n.Kind != yaml.MappingNode && p.probe == nil {
		return theme.Ink{Colour: p.colour(n, role, theme.CheckColour)}
	}
	flag := func(to **bool, name string) func(*yaml.Node) {
		return func(v *yaml.Node) {
			on := p.flag(v, name)
			*to = &on
		}
	}
	p.mapping(n, role, fields{
		"colour":    func(v *yaml.Node) { ink.Colour = p.colour(v, "colour", theme.CheckColour) },
		"bold":      flag(&ink.Bold, "bold"),
		"faint":     flag(&ink.Faint, "faint"),
		"underline": flag(&ink.Underline, "underline"),
		"reverse":   flag(&ink.Reverse, "reverse"),
	})
	p.either(shape{Type: []string{"string", "integer"}})
	return ink
}

func (p *parser) colour(n *yaml.Node, what string, check func(string) error) string {
	hexed := check("red") != nil
	if hexed && p.probing(shape{Type: "string", Pattern: "^#[0-9a-fA-F]{6}$"}) || !hexed && p.probing(shape{Type: []string{"string", "integer"}}) {
		return ""
	}
	s := p.text(n, what)
	if s != "" {
		if err := check(s); err != nil {
			p.fault(n, "%s: %w", what, err)
		}
	}
	return s
}

// ThemeSchema returns the JSON Schema of the file of a theme, as Schema does of the
// configuration.
func ThemeSchema() []byte {
	root := themeShape()
	return published(root, "A theme of gantry")
}

func themeShape() *shape {
	root := &shape{path: "theme"}
	p := &parser{probe: root}
	p.theme("", unset)
	return root
}

// CheckThemes tells what is wrong with the themes of one's own, whether or not one of them
// is chosen, and returns how many there are.
func (c Config) CheckThemes() (int, error) {
	list, err := themes(c.themeDir())
	return len(list), err
}

// chooseTheme reads one's own themes and finds the one that the file names. What is wrong
// with that is told with its line; what is wrong with others is for the check.
func (p *parser) chooseTheme(cfg *Config) {
	own, err := themes(cfg.themeDir())
	cfg.Themes = own
	if _, ok := theme.Find(cfg.Screen.Theme, own); ok || p.themeAt == nil {
		return
	}
	if _, missing := os.Stat(filepath.Join(cfg.themeDir(), cfg.Screen.Theme+".yaml")); missing == nil && err != nil {
		p.faults = append(p.faults, lineFault{p.themeAt.Line, err})
		return
	}
	p.fault(p.themeAt, "theme: %q is unknown, expected %s, or a file of that name with .yaml in %s", cfg.Screen.Theme, oneOf(cfg.ThemeNames()), cfg.themeDir())
}

// ThemeNames are the names of all themes, one's own first.
func (c Config) ThemeNames() []string {
	var names []string
	for _, s := range slices.Concat(c.Themes, theme.Schemes()) {
		names = append(names, s.Name)
	}
	return names
}
