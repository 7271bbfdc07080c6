package editors

import (
	"strings"
	"testing"
)

func TestEditorsAreFoundAsOtherToolsFindThem(t *testing.T) {
	vi := func(file string) (string, error) { return "/usr/bin/" + file, nil }
	for _, c := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"VISUAL first", map[string]string{"VISUAL": "code --wait", "EDITOR": "ed"}, `sh -c code --wait "$1" code --wait /f`},
		{"EDITOR", map[string]string{"EDITOR": "ed"}, `sh -c ed "$1" ed /f`},
		{"blank", map[string]string{"EDITOR": " "}, "/usr/bin/vi /f"},
		{"neither", nil, "/usr/bin/vi /f"},
	} {
		cmd, err := Editor{Getenv: func(n string) string { return c.env[n] }, LookPath: vi}.command("/f")
		if err != nil || strings.Join(cmd.Args, " ") != c.want {
			t.Errorf("%s: %q (%v), want %q", c.name, strings.Join(cmd.Args, " "), err, c.want)
		}
	}
}
