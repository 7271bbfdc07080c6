package errand_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/internal/errand"
	"gantry/internal/fault"
)

const region = "arn:aws:ecs:eu-north-1:210987654321:"

// at is a row of a resource of cluster fruit.
func at(resource string, known map[string]string) errand.Row {
	ref := awsx.Ref{Context: awsx.ContextID{Profile: "ops", Region: "eu-north-1"}, Cluster: region + "cluster/fruit", ARN: region + resource}
	if strings.Contains(resource, "@") {
		ref.ARN = resource
	}
	return errand.NewRow(ref, "north", known)
}

// command runs arguments without a shell.
func command(t *testing.T, args ...string) errand.Command {
	t.Helper()
	c := errand.Command{Name: "try"}
	for _, arg := range args {
		template, err := errand.Parse(arg)
		if err != nil {
			t.Fatal(err)
		}
		c.Run = append(c.Run, template)
	}
	return c
}

// TestValuesStandWhereTheirVariablesDo: each argument stays one, whatever is in it.
func TestValuesStandWhereTheirVariablesDo(t *testing.T) {
	pear := at("service/fruit/pear", map[string]string{errand.Image: "reg/pear:7; rm -rf $HOME", errand.Digest: ""})
	for _, c := range []struct {
		args, want []string
		row        errand.Row
	}{
		{[]string{"x", "$CLUSTER/$SERVICE", "a$$b", "--in=${REGION}", "$PROFILE$ACCOUNT"}, []string{"x", "fruit/pear", "a$b", "--in=eu-north-1", "ops210987654321"}, pear},
		{[]string{"x", "$IMAGE", "$CONTEXT $NAME"}, []string{"x", "reg/pear:7; rm -rf $HOME", "north pear"}, pear},
		{[]string{"x", "$ARN"}, []string{"x", region + "service/fruit/pear"}, pear},
		{[]string{"x", "$TASK", "$SERVICE"}, []string{"x", "0a1b", "plum"}, at("task/fruit/0a1b", map[string]string{errand.Service: "plum"})},
		{[]string{"x", "$CLUSTER", "$ACCOUNT"}, []string{"x", "fruit", "210987654321"}, at("cluster/fruit", nil)},
		{[]string{"x", "$ACCOUNT", "$DIGEST"}, []string{"x", "210987654321", "sha256:ab"}, at("reg.example/pear@sha256:ab", map[string]string{errand.Digest: "sha256:ab"})},
	} {
		line, err := command(t, c.args...).For(c.row)
		if err != nil || !slices.Equal(line.Args, c.want) || line.Env != nil {
			t.Errorf("%q comes to %q, %v, want %q", c.args, line.Args, err, c.want)
		}
	}
}

// TestAValueThatIsNotThereRefuses, as does one that a program would take for an option: no
// argument is ever empty in its place.
func TestAValueThatIsNotThereRefuses(t *testing.T) {
	for want, c := range map[string]struct {
		args []string
		row  errand.Row
	}{
		"no $TASK is known of this row":              {[]string{"x", "$TASK"}, at("service/fruit/pear", nil)},
		"no $DIGEST is known":                        {[]string{"x", "a=$DIGEST"}, at("service/fruit/pear", map[string]string{errand.Digest: ""})},
		"no $SERVICE is known":                       {[]string{"x", "$SERVICE"}, at("cluster/fruit", nil)},
		"no $ENDPOINT is known":                      {[]string{"x", "${ENDPOINT}"}, at("cluster/fruit", nil)},
		"$SERVICE begins with a hyphen":              {[]string{"x", "$SERVICE"}, at("service/fruit/-rf", nil)},
		"a character that no program can be given":   {[]string{"x", "a $IMAGE"}, at("service/fruit/pear", map[string]string{errand.Image: "a\x00b"})},
		"begins with a hyphen, which the program wo": {[]string{"x", "${IMAGE}x"}, at("service/fruit/pear", map[string]string{errand.Image: "-o"})},
	} {
		line, err := command(t, c.args...).For(c.row)
		if fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) || line.Args != nil {
			t.Errorf("%q comes to %q, %v, want %q", c.args, line.Args, err, want)
		}
	}
	if line, err := command(t, "x", "--name=$SERVICE").For(at("service/fruit/-rf", nil)); err != nil || line.Args[1] != "--name=-rf" {
		t.Errorf("%q, %v", line.Args, err)
	}
}

// TestAVariableThatThereIsNotIsAnError with those that there are.
func TestAVariableThatThereIsNotIsAnError(t *testing.T) {
	for arg, want := range map[string]string{
		"$CLUSTR": "$CLUSTR is no variable, expected one of $CONTEXT,", "${HOME}": "$HOME is no variable", "$CLUSTER_ID": "$CLUSTER_ID is no variable",
		"10$": "a $ that begins no variable", "$(id)": "a $ that begins no variable", "${CLUSTER": "a $ that begins no variable", "$1": "begins no variable",
	} {
		if _, err := errand.Parse(arg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

// TestAShellFindsValuesInItsEnvironment and none in its text; what stands there from elsewhere
// is no value of the row.
func TestAShellFindsValuesInItsEnvironment(t *testing.T) {
	text := `echo "$SERVICE" ${HOME} $1 ${TASK:-none}`
	c := errand.Command{Name: "try", Shell: true, Run: []errand.Template{errand.Script(text)}}
	line, err := c.For(at("service/fruit/pear'$(id)", nil))
	if err != nil || !slices.Equal(line.Args, []string{"/bin/sh", "-c", text}) || !slices.Contains(line.Env, "SERVICE=pear'$(id)") {
		t.Errorf("%q with %q, %v", line.Args, line.Env, err)
	}
	env := line.Environ([]string{"HOME=/h", "TASK=mine", "SERVICE=mine", "TASKS=2"})
	if slices.Contains(env, "TASK=mine") || slices.Contains(env, "SERVICE=mine") || !slices.Contains(env, "HOME=/h") || !slices.Contains(env, "TASKS=2") {
		t.Errorf("the environment is %q", env)
	}
	if plain, err := command(t, "x").For(at("cluster/fruit", nil)); err != nil || !slices.Equal(plain.Environ([]string{"TASK=mine"}), []string{"TASK=mine"}) {
		t.Errorf("%+v, %v", plain, err)
	}
	c.Run[0] = errand.Script("echo $IMAGE")
	if _, err := c.For(at("service/fruit/pear", nil)); err == nil || !strings.Contains(err.Error(), "no $IMAGE is known") {
		t.Errorf("%v", err)
	}
}

// TestALineIsShownWithoutSecrets: as a shell reads it, and as one line.
func TestALineIsShownWithoutSecrets(t *testing.T) {
	line, err := command(t, "curl", "--password", "pear tree", "a b", "$SERVICE").For(at("service/fruit/pe\x1bar", nil))
	if got := line.String(); err != nil || strings.Contains(got, "pear tree") || !strings.HasPrefix(got, "curl --password ") || !strings.Contains(got, "'a b'") || strings.Contains(got, "\x1b") {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTheVariablesAreDocumented, all of them with the words that there are for them.
func TestTheVariablesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/own.md")
	if err != nil {
		t.Fatal(err)
	}
	table := ""
	for _, v := range errand.Variables() {
		table += "| `$" + v.Name + "` | " + v.Means + " |\n"
	}
	if !strings.Contains(string(page), table) {
		t.Errorf("docs/own.md lacks\n%s", table)
	}
}
