package revisions_test

import (
	"testing"

	"gantry/internal/clean"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// TestASecretThatRecursIsHiddenOnEveryScreen: a value that a revision gives to a
// secret name is hidden in its command and its other variables as well.
func TestASecretThatRecursIsHiddenOnEveryScreen(t *testing.T) {
	const secret, hidden = "zebra-quartz-88", "-p" + clean.Mask
	recurring := func(f *changestest.Shopfloor) {
		changestest.History(f)
		f.Redefine(`"environment":[`, `"command":["mysql","-p`+secret+`"],"environment":[{"name":"DB_PASSWORD","value":"`+secret+`"},{"name":"FLAGS","value":"-p`+secret+`"},{"name":"STAGE","value":"prod"},`)
	}
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Tall, recurring, changestest.Revisions).Read()
		f.Keys("y").Shows("DB_PASSWORD", `"mysql"`, `"`+hidden+`"`, `"prod"`).Hides(secret).Press("esc")
		f.Keys("d").Shows("env FLAGS", hidden, "prod").Hides(secret).Press("esc")
		f.Keys("j", "enter").Shows("Difference", hidden).Hides(secret)
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Tall, recurring, changestest.Env).Read()
		f.Shows("FLAGS", "STAGE", "prod").Hides(secret)
	})
}
