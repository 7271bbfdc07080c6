package app

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/config"
)

// aliased has aliases.
func aliased(c *config.Config) {
	c.Aliases = []config.Named{{Name: "why-orders", Text: "why prod/api-orders"}, {Name: "lg", Text: "logs"}, {Name: "lost", Text: "no such place"}}
}

// TestAnAliasGoesWhereItsTextDoes: alone, and with words behind it.
func TestAnAliasGoesWhereItsTextDoes(t *testing.T) {
	sit(t, setting{configure: aliased}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		d.take(":why-orders", "enter")
		d.read().Shows("prod api-orders why")
		d.take("esc", ":lg prod/catalog", "enter")
		d.read().Shows("prod catalog logs")
		d.take("esc", ":lost", "enter")
		d.Shows("nothing is called no such place")
		d.take(":aliases", "enter")
		d.Shows("your own:", "why-orders    why prod/api-orders")
	})
}

// TestTheConsoleBeginsAtAnAlias, before anything was read.
func TestTheConsoleBeginsAtAnAlias(t *testing.T) {
	sit(t, setting{configure: aliased, begin: []string{"why-orders"}}, func(t *testing.T, d *desk) {
		d.until(time.Minute, "prod api-orders why")
	})
}

// TestDigitsGoToFavourites: those of the configuration and those that were put there, which stay
// for the next run; 0 goes to all clusters, and what a digit does on a screen of its own stays.
func TestDigitsGoToFavourites(t *testing.T) {
	own := func(c *config.Config) {
		c.Favourites = []config.Named{{Name: "2", Text: "targets prod/catalog"}, {Name: "3", Text: "prod"}}
	}
	sit(t, setting{configure: own}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		d.press("5").Shows("favourite 5: no favourite stands on it: + puts a place there")
		d.press("2").read().Shows("prod catalog targets")
		d.press("3").read().Shows("SERVICE")
		d.press("0").read().Shows("CLUSTER")
		d.take("esc", "/", "^catalog$", "enter", "enter")
		d.read().press("+").Shows("Put tasks prod/catalog on which digit?", "targets prod/catalog")
		d.wait(time.Second)
		d.Type("2")
		d.Shows("2 goes to tasks prod/catalog")
		d.take("esc", "esc", "2")
		d.read().Shows("3: +3  running")
		d.take("?", "pgdown", "pgdown")
		d.Shows("tasks prod/catalog").Hides("favourite 5")
		d.take("esc")
		d.press("l").until(time.Minute, "following")
		d.press("1").wait(time.Second)
		d.Hides("goes to", "does nothing")
	})
}

// TestFavouritesAreKeptForTheNextRun, and taken off by putting the same place there again.
func TestFavouritesAreKeptForTheNextRun(t *testing.T) {
	dir := t.TempDir()
	run := func(act func(left)) {
		a := &App{auditDir: dir}
		a.recall()
		act(a.left)
		if err := a.left.Close(); err != nil {
			t.Fatal(err)
		}
	}
	place := keptPlace{awsx.ContextID{Profile: "a", Region: "b"}, leftPlace{Cluster: "arn:aws:ecs:b:1:cluster/c", ARN: "arn:aws:ecs:b:1:service/c/d", Screen: "tasks"}}
	run(func(k left) {
		if !k.put("1", place) || !k.put("2", keptPlace{leftPlace: leftPlace{Screen: "faults"}}) {
			t.Error("it does not stand there")
		}
	})
	run(func(k left) {
		if got, ok := k.favourite("1"); !ok || got != place || got.String() != "tasks c/d" {
			t.Errorf("%+v", got)
		}
		if k.put("1", place) {
			t.Error("what stands there is put there again")
		}
	})
	run(func(k left) {
		_, one := k.favourite("1")
		two, ok := k.favourite("2")
		if one || !ok || two.Screen != "faults" {
			t.Errorf("%v, %+v", one, two)
		}
	})
}

// TestAnAliasHidesNothing of what the palette knows, nor a command.
func TestAnAliasHidesNothing(t *testing.T) {
	for yaml, want := range map[string]string{
		"aliases:\n  logs: faults":                                      `:2: aliases.logs: "logs" is an action already, which the alias would hide`,
		"aliases:\n  po: tasks prod/a":                                  `:2: aliases.po: "po" is a screen already`,
		"commands: {warm: {run: [x]}}\naliases:\n  warm: faults":        `:3: aliases.warm: "warm" is a command of your own already`,
		"aliases:\n  Big: faults":                                       `:2: aliases: "Big" is no name of an alias`,
		"favourites:\n  0: faults":                                      `:2: favourites: "0" is no name of a favourite, expected a digit from 1 to 9`,
		"favourites: {1: [a]}":                                          `favourites: 1: expected a text, found a list`,
		"aliases: {prodlogs: logs prod/api}\nfavourites: {1: prod/api}": "",
	} {
		if got := refused(t, yaml); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s\ngot  %s\nwant %s", yaml, got, want)
		}
	}
}
