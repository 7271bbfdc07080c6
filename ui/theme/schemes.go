package theme

// Schemes are those that are shipped, the one that follows the terminal first. The palettes
// are made of the colours that their authors published.
func Schemes() []Scheme {
	hues := func(red, orange, yellow, green, cyan, blue, magenta string) map[string]string {
		return map[string]string{"red": red, "orange": orange, "yellow": yellow, "green": green, "cyan": cyan, "blue": blue, "magenta": magenta}
	}
	solarized := hues("#dc322f", "#cb4b16", "#b58900", "#859900", "#2aa198", "#268bd2", "#d33682")
	return []Scheme{
		{Name: "auto"},
		{Name: "dark", Ground: "dark"},
		{Name: "light", Ground: "light"},
		{Name: "blue-orange", BlueOrange: true},
		{Name: "none", Plain: true},
		{Name: "solarized-dark", Background: "#002b36", Foreground: "#839496", Dim: "#657b83", Hues: solarized},
		{Name: "solarized-light", Background: "#fdf6e3", Foreground: "#586e75", Dim: "#657b83", Hues: solarized},
		{Name: "gruvbox-dark", Background: "#282828", Foreground: "#ebdbb2", Dim: "#928374",
			Hues: hues("#fb4934", "#fe8019", "#fabd2f", "#b8bb26", "#8ec07c", "#83a598", "#d3869b")},
		{Name: "gruvbox-light", Background: "#fbf1c7", Foreground: "#3c3836", Dim: "#7c6f64",
			Hues: hues("#9d0006", "#af3a03", "#b57614", "#79740e", "#427b58", "#076678", "#8f3f71")},
		{Name: "nord", Background: "#2e3440", Foreground: "#d8dee9", Dim: "#4c566a",
			Hues: hues("#bf616a", "#d08770", "#ebcb8b", "#a3be8c", "#88c0d0", "#81a1c1", "#b48ead")},
		{Name: "dracula", Background: "#282a36", Foreground: "#f8f8f2", Dim: "#6272a4",
			Hues: hues("#ff5555", "#ffb86c", "#f1fa8c", "#50fa7b", "#8be9fd", "#bd93f9", "#ff79c6")},
	}
}

// OldDefault is what the scheme that follows the terminal was called before.
const OldDefault = "default"

// Find returns the scheme with a name, of some of one's own before the shipped ones.
func Find(name string, own []Scheme) (Scheme, bool) {
	if name == "" || name == OldDefault {
		name = "auto"
	}
	for _, list := range [][]Scheme{own, Schemes()} {
		for _, s := range list {
			if s.Name == name {
				return s, true
			}
		}
	}
	return Scheme{}, false
}
