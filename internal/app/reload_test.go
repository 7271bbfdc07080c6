package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/config"
)

// TestTheConfigurationIsReadAgain, when the file has changed and somebody looks, or asks for
// it: what can be changed under way is in force at once, the rest is named, and what is wrong
// changes nothing.
func TestTheConfigurationIsReadAgain(t *testing.T) {
	sit(t, setting{sim: SimOptions{Speed: 0.01}}, func(t *testing.T, d *desk) {
		file := filepath.Join(d.dir, "config.yaml")
		write := func(text string) {
			t.Helper()
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("refresh: 9s\n")
		d.app.load = func() (config.Config, error) {
			return config.Load(config.Flags{File: file}, func(string) string { return "" })
		}
		first, err := d.app.load()
		if err != nil {
			t.Fatal(err)
		}
		d.app.Config.File = file
		d.app.reload = reload{read: first, file: stampOf(file)}
		look := func(wants ...string) *desk {
			t.Helper()
			d.wait(5 * time.Second)
			d.Send(tea.FocusMsg{})
			d.Settle()
			d.Shows(wants...)
			return d
		}
		d.cluster("prod").press("W").Shows("ARMED 15m")
		d.command("reload").Shows("read again: nothing has changed")

		write("refresh: 9s\nscreen: {theme: nord}\nkeys: {bind: {sort-name: [f7]}}\n")
		look("in force: keys, theme")
		if got := d.Shell.Host().Scheme().Name; got != "nord" {
			t.Errorf("the theme is %s", got)
		}
		d.press("f7").Shows("sort NAME").press("S").press("N").Shows("N does nothing here")

		write("refresh: 9s\nscreen:\n  theme: pink\n")
		look("what was read before stays in force", "config.yaml:3", `theme: "pink"`)
		d.press("esc", "f7").Shows("sort NAME")

		write("refresh: 30s\nscreen: {theme: nord}\nkeys: {bind: {sort-name: [f7]}}\nrules: [{cluster: prod, confirm: yes}]\nlogs: {endpoints: [https://x.example.com]}\n")
		look("in force: refresh", "needs a restart: logs,", "rules").Shows("ARMED")

		write("refresh: 30s\nscreen: {theme: nord}\nkeys: {bind: {sort-name: [f7]}}\nwriting: {readonly: true}\n")
		look("in force: writing.readonly", "READ-ONLY").Hides("ARMED")
		write("refresh: 30s\nscreen: {theme: nord}\nkeys: {bind: {sort-name: [f7]}}\n")
		look("needs a restart: writing", "READ-ONLY")
		d.press("esc", "W").Shows("gantry is read-only")
	})
}
