package shell

import (
	"strings"

	"gantry/awsx"
	"gantry/awsx/document"
)

// Revision is the argument that stands for the revision that a script registered before.
const Revision = "$REVISION"

// AWS spells a call for a shell. The argument Revision is that variable; any other text is
// itself, also one that the AWS CLI would take for the name of a file (its paramfile
// prefixes), which goes in as JSON, where it takes none.
func AWS(id awsx.ContextID, service, operation string, args ...string) string {
	words := []string{"aws", service, operation}
	for _, option := range [][2]string{{"--profile", id.Profile}, {"--region", id.Region}, {"--endpoint-url", id.Endpoint}} {
		if option[1] != "" {
			words = append(words, option[0], Quote(option[1]))
		}
	}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--task-definition" && i+1 < len(args) && args[i+1] == Revision:
			words = append(words, a, `"`+Revision+`"`)
			i++
		case strings.HasPrefix(a, "--") && i+1 < len(args) && namesFile(args[i+1]):
			words = append(words, "--cli-input-json", Quote(string(document.Fields(member(a), args[i+1]).Bytes())))
			i++
		default:
			words = append(words, Quote(a))
		}
	}
	return strings.Join(words, " ")
}

func namesFile(s string) bool {
	return strings.HasPrefix(s, "file://") || strings.HasPrefix(s, "fileb://")
}

// member is an option's name in the API's JSON: --task-definition is taskDefinition.
func member(option string) string {
	words := strings.Split(strings.TrimPrefix(option, "--"), "-")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// Quote spells one word for a shell.
func Quote(s string) string {
	switch {
	case s != "" && strings.Trim(s, document.BareAlphabet) == "":
		if !strings.ContainsAny(s, "()%+") {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
