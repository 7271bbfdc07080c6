package pipeline

import (
	"fmt"
	"strings"
	"time"
)

// Host is the service that runs the job; the zero Host is none that is known.
type Host string

// The hosts that read more in what a step prints than text.
const (
	GitHub Host = "github" // Actions, and what runs its workflows elsewhere
	GitLab Host = "gitlab"
)

// Of tells by the environment which host runs the job.
func Of(getenv func(string) string) Host {
	switch {
	case getenv("GITHUB_ACTIONS") == "true":
		return GitHub
	case getenv("GITLAB_CI") == "true":
		return GitLab
	}
	return ""
}

// Level is how grave an annotation is, in the words of GitHub.
type Level string

// The levels of annotations.
const (
	Error   Level = "error"
	Warning Level = "warning"
)

// Annotation is a line by which the host shows a text outside of the job's log, with its end;
// empty where the host has none (GitHub Actions, workflow commands). The text may have
// several lines.
func (h Host) Annotation(level Level, title, text string) string {
	if h != GitHub {
		return ""
	}
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return fmt.Sprintf("::%s title=%s::%s\n", level, property.Replace(title), data.Replace(text))
}

// Fold returns the lines between which the host folds what is printed under a title; both are
// empty where it folds nothing. The name tells folds of one job apart, and is of letters.
func (h Host) Fold(name, title string, at time.Time) (begin, end string) {
	switch h {
	case GitHub:
		return "::group::" + strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(title) + "\n", "::endgroup::\n"
	case GitLab:
		mark := func(what string) string { return fmt.Sprintf("\x1b[0Ksection_%s:%d:gantry_%s", what, at.Unix(), name) }
		return mark("start") + "[collapsed=true]\r\x1b[0K" + strings.NewReplacer("\r", " ", "\n", " ").Replace(title) + "\n", mark("end") + "\r\x1b[0K\n"
	}
	return "", ""
}
