package document_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/document"
)

func TestRevisionsAreComparedWithoutTheirSecretsAndWithoutWhatTheServiceAdds(t *testing.T) {
	revision := func(n, password string) *awsx.TaskDefinition {
		td, err := awsx.ParseTaskDefinition(awsx.Document(`{"family":"api","revision":`+n+`,"registeredBy":"someone-`+n+`","containerDefinitions":[
			{"name":"api","image":"api:v1","environment":[{"name":"DB_PASSWORD","value":"`+password+`"},{"name":"MODE","value":"`+n+`"}]}]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		return td
	}
	old, fresh, err := document.CompareDefinitions(revision("1", "hunter2"), revision("2", "swordfish"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"hunter2", "swordfish", "registeredBy"} {
		if strings.Contains(old+fresh, bad) {
			t.Errorf("%q is told", bad)
		}
	}
	lines := strings.Split(old, "\n")
	for _, name := range []string{"DB_PASSWORD", "MODE"} {
		for _, line := range lines {
			if strings.Contains(line, name) && strings.Contains(fresh, line) {
				t.Errorf("%s does not differ: %s", name, line)
			}
		}
	}
}
