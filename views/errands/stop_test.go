package errands

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"gantry/internal/errand"
	"gantry/internal/process"
)

// TestEscStopsACommandBeforeItLeaves, and only then leaves.
func TestEscStopsACommandBeforeItLeaves(t *testing.T) {
	c := errand.Command{Name: "slow", Shell: true, Run: []errand.Template{errand.Script("echo pid $$; exec sleep 600")}}
	line, err := c.For(errand.Row{})
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(&Errands{LookPath: exec.LookPath, Environ: os.Environ}, []errand.Line{line, line})
	s := &outputScreen{run: r}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.all(t.Context())
	}()
	pid := 0
	for pid == 0 {
		<-r.wake
		text, _ := r.text()
		if _, rest, said := strings.Cut(text, "\npid "); said {
			if pid, err = strconv.Atoi(strings.Fields(rest)[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, left := s.Escape(); !left {
		t.Error("esc leaves what runs")
	}
	<-ended
	if text, _ := r.text(); strings.Count(text, "(stopped after ") != 1 || !strings.Contains(text, "(not begun)") || strings.Contains(text, "(running)") {
		t.Errorf("it says\n%s", text)
	}
	if state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); process.Lives(pid) && err == nil && !strings.Contains(string(state), ") Z ") {
		t.Errorf("it runs on: %s", state)
	}
	s.over = true
	if _, left := s.Escape(); left {
		t.Error("esc does not leave what ended")
	}
}
