package cli_test

import (
	"strings"
	"testing"
	"time"

	"gantry/internal/clean"
	"gantry/internal/cli/command"
)

// The values that no stream and no file may ever show, unless asked to.
const (
	canaryValue = "5ecr3t99canary"
	canaryURL   = "postgres://app:" + canaryValue + "@db/app"
)

func TestSecretsAreNeverShown(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.wrote()
		id, _ := a.container(t, "prod/catalog")
		a.write(t, id, "connecting to "+canaryURL+" Authorization: Bearer "+canaryValue, time.Now())
		first := command.Streams{In: strings.NewReader("DB_PASSWORD=" + canaryValue + "\nDATABASE_URL=" + canaryURL + "\nLOGIN_HINT=mysql -p" + canaryValue + "\n")}
		runs := []result{a.runWith(t.Context(), first, "env", "set", "prod/catalog", "--from-file=-", "--yes").wants(t, 0)}
		a.run(t, "env", "prod/catalog", "--reveal").wants(t, 0, canaryURL)
		const quick = " --yes --no-wait --override in-progress"
		for _, command := range []string{
			"status", "status prod", "status prod/catalog", "env prod/catalog", "logs prod/catalog",
			"env set prod/catalog DB_PASSWORD=another-" + canaryValue + " --dry-run",
			"env set prod/catalog DB_PASSWORD=more-" + canaryValue + quick,
			"env set prod/catalog API_TOKEN=" + canaryValue + " --unset DB_PASSWORD" + quick,
			"deploy prod/catalog --image :v3.3.1 --yes --override in-progress", "deploy prod/catalog --image :nope" + quick,
			"scale prod/catalog 4" + quick, "restart prod/catalog" + quick, "rollback prod/catalog --to 4" + quick, "rollback prod/catalog",
			"history prod/catalog", "diff catalog:4 prod/catalog", "diff catalog:5 catalog:4", "secrets prod/catalog", "scaling prod/catalog",
			"env set prod/catalog --rename DB_PASSWORD=LOGIN --dry-run", "secrets prod/catalog DB_PASSWORD=" + canaryURL, "edit prod/catalog" + quick,
			"run prod/catalog --dry-run --env DB_PASSWORD=" + canaryValue, "run prod/catalog --env " + canaryValue,
			"stop prod/nothing --reason " + canaryURL, "restart prod/catalog prod/users --dry-run", "breaker prod/catalog off --dry-run",
			"env set DB_PASSWORD=" + canaryValue, "env set prod/catalog " + canaryValue, "env set prod/catalog 1=" + canaryValue,
			"deploy prod/catalog --image " + canaryURL,
		} {
			args := strings.Fields(command)
			runs = append(runs, a.run(t, args...))
			if !strings.HasPrefix(command, "rollback prod/catalog --") && !strings.Contains(command, "--yes") {
				runs = append(runs, a.run(t, append(args, "-o", "json")...))
			}
		}
		runs = append(runs, a.run(t, "env", "prod/catalog", "-o", "dotenv"))
		masked := 0
		for _, r := range runs {
			r.lacks(t, canaryValue)
			masked += strings.Count(r.out+r.err, clean.Mask)
		}
		if masked < 10 {
			t.Errorf("only %d masks were shown: the canary did not go everywhere", masked)
		}
		lines, kinds := a.journal(t)
		if journal := strings.Join(lines, ""); strings.Contains(journal, canaryValue) || !strings.Contains(journal, "hmac-sha256:") {
			t.Errorf("the journal says\n%s", journal)
		}
		if n := strings.Count(kinds, "begin\n"); n != strings.Count(kinds, "end succeeded")+strings.Count(kinds, "end done") || n < 5 {
			t.Errorf("%d changes begin in\n%s", n, kinds)
		}
	})
}
