package views

import (
	"testing"

	"gantry/internal/clean"
)

// TestASecretThatRecursIsHiddenOnEveryScreen: a value that a revision gives to a
// secret name is hidden in its command and its other variables as well.
func TestASecretThatRecursIsHiddenOnEveryScreen(t *testing.T) {
	const secret, hidden = "zebra-quartz-88", "-p" + clean.Mask
	recurring := func(f *shopfloor) {
		history(f)
		f.redefine(`"environment":[`, `"command":["mysql","-p`+secret+`"],"environment":[{"name":"DB_PASSWORD","value":"`+secret+`"},{"name":"FLAGS","value":"-p`+secret+`"},{"name":"STAGE","value":"prod"},`)
	}
	bubble(t, func(t *testing.T) {
		f := prepared(t, tall, recurring, revisions).read()
		f.keys("y").Shows("DB_PASSWORD", `"mysql"`, `"`+hidden+`"`, `"prod"`).Hides(secret).Press("esc")
		f.keys("d").Shows("env FLAGS", hidden, "prod").Hides(secret).Press("esc")
		f.keys("j", "enter").Shows("Difference", hidden).Hides(secret)
	})
	bubble(t, func(t *testing.T) {
		f := prepared(t, tall, recurring, env).read()
		f.Shows("FLAGS", "STAGE", "prod").Hides(secret)
	})
}
