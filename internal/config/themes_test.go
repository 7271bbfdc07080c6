package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/ui/theme"
)

// themed writes a configuration and themes beside it, and reads it.
func themed(t *testing.T, config string, files map[string]string) (Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "themes"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, "themes", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(Flags{File: file}, func(string) string { return "" })
}

const harbour = `base: gruvbox-dark
background: "#101418"
colours: {green: "#77dd77"}
roles:
  failed: {colour: magenta, underline: true}
  title: 208
`

// TestAThemeOfOnesOwnIsAFile that says what is different from a shipped one.
func TestAThemeOfOnesOwnIsAFile(t *testing.T) {
	cfg, err := themed(t, "screen: {theme: harbour}\n", map[string]string{"harbour.yaml": harbour, "notes.txt": "no theme"})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := theme.Find(cfg.Screen.Theme, cfg.Themes)
	if !ok || s.Background != "#101418" || s.Foreground != "#ebdbb2" || s.Hues["green"] != "#77dd77" || s.Hues["red"] != "#fb4934" ||
		s.Roles["failed"].Colour != "magenta" || !*s.Roles["failed"].Underline || s.Roles["failed"].Bold != nil || s.Roles["title"].Colour != "208" {
		t.Errorf("it is %+v", s)
	}
}

// TestWhatIsWrongWithAThemeHasItsLine, whether it is chosen or only there.
func TestWhatIsWrongWithAThemeHasItsLine(t *testing.T) {
	for text, want := range map[string][]string{
		"base: pink\n":                            {"harbour.yaml:1: ", `"pink"`},
		"base: nord\nbackground: black\n":         {"harbour.yaml:2: ", "#8fbcbb"},
		"roles:\n  broken: red\n":                 {"harbour.yaml:2: ", `"broken" is unknown`},
		"roles:\n  ok:\n    blink: true\n":        {"harbour.yaml:3: ", `"blink" is unknown`},
		"roles:\n  ok: 256\n  warn: {bold: soft}": {"harbour.yaml:2: ", "256", "harbour.yaml:3: ", "true or false"},
		"colours:\n  mauve: \"#e0b0ff\"\n":        {"harbour.yaml:2: ", `"mauve" is unknown`},
		"dim: [\n":                                {"harbour.yaml:"},
		"base: nord\n---\nbase: dracula\n":        {"second document"},
		"dim: \"#12345\"\n":                       {"harbour.yaml:1: "},
	} {
		_, err := themed(t, "screen:\n  theme: harbour\n", map[string]string{"harbour.yaml": text})
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %q is not in %v", text, part, err)
			}
		}
		cfg, err := themed(t, "refresh: 9s\n", map[string]string{"harbour.yaml": text, "good.yaml": harbour})
		if err != nil || len(cfg.Themes) != 1 {
			t.Errorf("%q stands in the way of a start that does not need it: %v, %d themes", text, err, len(cfg.Themes))
		}
		if n, err := cfg.CheckThemes(); err == nil || n != 1 {
			t.Errorf("%q: the check finds %d themes and %v", text, n, err)
		}
	}
	if _, err := themed(t, "refresh: 9s\nscreen:\n  theme: pink\n", nil); err == nil || !strings.Contains(err.Error(), `config.yaml:3: theme: "pink" is unknown`) || !strings.Contains(err.Error(), "solarized-dark") {
		t.Errorf("got %v", err)
	}
	if _, err := themed(t, "screen: {theme: nord}\n", map[string]string{"nord.yaml": harbour}); err != nil {
		t.Errorf("a shipped one is taken: %v", err)
	}
}
