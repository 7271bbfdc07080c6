package shell

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// AWS spells a call for a shell. A variable stays one.
func AWS(id awsx.ContextID, service, operation string, args ...string) string {
	words := []string{"aws", service, operation}
	for _, option := range [][2]string{{"--profile", id.Profile}, {"--region", id.Region}, {"--endpoint-url", id.Endpoint}} {
		if option[1] != "" {
			words = append(words, option[0], Quote(option[1]))
		}
	}
	for _, a := range args {
		words = append(words, Quote(a))
	}
	return strings.Join(words, " ")
}

// Quote spells one word for a shell. The variable $REVISION stays one.
func Quote(s string) string {
	switch {
	case s == "$REVISION":
		return `"$REVISION"`
	case s != "" && strings.Trim(s, document.BareAlphabet) == "":
		if !strings.ContainsAny(s, "()%+") {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
