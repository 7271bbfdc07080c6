package session

import (
	"encoding/json"
	"strconv"
	"strings"

	"gantry/awsx"
)

// PluginName is the program that joins sessions.
const PluginName = "session-manager-plugin"

// Plugin is what was found of the plugin on this machine.
type Plugin struct {
	Path    string // empty where there is none
	Version string // as it says itself; empty where it did not
	// Instead says why no session can be joined although a plugin may be there, such as
	// that the account lives inside gantry; empty elsewhere.
	Instead string
}

// variable is the environment variable through which the plugin takes a session, by its
// name in place of the session (session-manager-plugin, session.go).
const variable = "AWS_SSM_START_SESSION_RESPONSE"

// hidesSince is the first version that takes a session through its environment (AWS CLI,
// sessionmanager.py); those before take it on the command line alone.
var hidesSince = []int{1, 2, 497, 0}

// Hides reports whether the plugin takes the token where other people of the machine do
// not see it.
func (p Plugin) Hides() bool {
	parts := strings.Split(strings.TrimSpace(p.Version), ".")
	for i, least := range hidesSince {
		if i >= len(parts) {
			return false
		}
		n, err := strconv.Atoi(parts[i])
		switch {
		case err != nil:
			return false
		case n != least:
			return n > least
		}
	}
	return true
}

// Call is how the plugin is called for a session: its arguments, and what stands in its
// environment beside what is there. The token is in the environment where the plugin takes
// it from there.
func (p Plugin) Call(s awsx.Session, profile string) (args, env []string) {
	response, _ := json.Marshal(map[string]string{"SessionId": s.ID, "StreamUrl": s.URL, "TokenValue": s.Token.Reveal()}) // strings always marshal
	request := map[string]any{"Target": s.Target}
	if s.Document != "" {
		request["DocumentName"], request["Parameters"] = s.Document, s.Parameters
	}
	asked, _ := json.Marshal(request)
	first := string(response)
	if p.Hides() {
		first, env = variable, []string{variable + "=" + string(response)}
	}
	return []string{first, s.Region, "StartSession", profile, string(asked), s.Endpoint}, env
}
