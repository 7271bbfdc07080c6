//go:build integration

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// job is what an example has run on a machine of its host: scripts one after the other, and
// those that follow whatever came of them.
type job struct {
	shell         []string // that the host runs a script with, after whose words it comes
	scripts, last []string
	env           []string
}

const examples = "../../docs/examples/"

// document decodes an example that is YAML.
func document(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(examples + name)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// jobs reads the examples of pipelines as their hosts would.
func jobs(t *testing.T, tag string) map[string]job {
	t.Helper()
	bash := []string{"bash", "-e", "-c"} // GitHub and CodeBuild; GitLab adds pipefail
	var actions struct {
		Jobs map[string]struct {
			Steps []struct{ Run string }
		}
	}
	document(t, "github-actions.yml", &actions)
	github := job{shell: bash, env: []string{"GITHUB_ACTIONS=true", "TAG=" + tag}}
	for _, step := range actions.Jobs["deploy"].Steps {
		if step.Run != "" {
			github.scripts = append(github.scripts, step.Run)
		}
	}
	var ci map[string]struct {
		Script []string
		After  []string `yaml:"after_script"`
	}
	document(t, "gitlab-ci.yml", &ci)
	gitlab := job{
		shell: []string{"bash", "-e", "-o", "pipefail", "-c"}, env: []string{"GITLAB_CI=true", "CI_COMMIT_TAG=" + tag},
		scripts: []string{strings.Join(ci["deploy"].Script, "\n")}, last: ci["deploy"].After,
	}
	text, err := os.ReadFile(examples + "Jenkinsfile")
	if err != nil {
		t.Fatal(err)
	}
	jenkins := job{shell: []string{"sh", "-xe", "-c"}, env: []string{"JENKINS_URL=http://127.0.0.1/", "TAG=" + tag}}
	before, after, _ := strings.Cut(string(text), "post {")
	for _, m := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(before, -1) {
		jenkins.scripts = append(jenkins.scripts, m[1])
	}
	for _, m := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(after, -1) {
		jenkins.last = append(jenkins.last, m[1])
	}
	var spec struct {
		Phases struct{ Build struct{ Commands []string } }
	}
	document(t, "buildspec.yml", &spec)
	codebuild := job{shell: bash, env: []string{"CODEBUILD_BUILD_ID=a:b", "TAG=" + tag}, scripts: spec.Phases.Build.Commands}
	return map[string]job{"GitHub Actions": github, "GitLab": gitlab, "Jenkins": jenkins, "CodeBuild": codebuild}
}

// TestExamplesOfPipelines runs the scripts of the examples on the simulator: one deploy that
// goes well and one that ECS takes back.
func TestExamplesOfPipelines(t *testing.T) {
	for name := range jobs(t, "") {
		t.Run(name, func(t *testing.T) {
			aws, logs := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "20")
			run(t, account(t, aws), "breaker", "prod/api-orders", "on", "--yes").wants(t, 0)
			carries := func(target, tag string) (code int, said, dir string) {
				dir = t.TempDir()
				j := jobs(t, tag)[name]
				if len(j.scripts) == 0 {
					t.Fatal("the example has no script")
				}
				env := append(account(t, aws, "GANTRY_CONFIG="+configured(t, logs), "TARGET="+target, "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md")), j.env...)
				for i, v := range env {
					if strings.HasPrefix(v, "PATH=") {
						env[i] = "PATH=" + filepath.Dir(gantry) + string(os.PathListSeparator) + os.Getenv("PATH")
					}
				}
				script := func(text string) int {
					cmd := exec.CommandContext(t.Context(), j.shell[0], append(j.shell[1:], text)...)
					cmd.Env, cmd.Dir = env, dir
					out, _ := cmd.CombinedOutput() // the code tells
					said += string(out)
					return cmd.ProcessState.ExitCode()
				}
				for _, text := range j.scripts {
					if code = script(text); code != 0 {
						break
					}
				}
				for _, text := range j.last {
					script(text)
				}
				for _, file := range []string{"summary.md", "why.md"} {
					if text, err := os.ReadFile(filepath.Join(dir, file)); err == nil {
						said += string(text)
					}
				}
				return code, said, dir
			}
			code, said, _ := carries("prod/catalog", "v3.3.1")
			if code != 0 || !strings.Contains(said, "catalog") {
				t.Errorf("ended with %d:\n%s", code, said)
			}
			run(t, account(t, aws), "status", "prod/catalog", "-o", "json").wants(t, 0, `"tag": "v3.3.1"`)
			code, said, _ = carries("prod/api-orders", "v2.32.0")
			if code != 3 || name != "CodeBuild" && !strings.Contains(said, "rolled back") || name == "CodeBuild" && !strings.Contains(said, "ECS went back: ") {
				t.Errorf("one that fails ended with %d:\n%s", code, said)
			}
			if want := map[string]string{"GitHub Actions": "## deploy prod/api-orders: rolled back", "GitLab": "# Why: prod"}[name]; !strings.Contains(said, want) {
				t.Errorf("%q is not in\n%s", want, said)
			}
		})
	}
}
