// Package theme turns roles into colours. Widgets and screens say what a piece of
// text means; which colour, weight or glyph shows it depends on the terminal, and is
// decided here, once, when the theme is built.
package theme

// Role is what a piece of text means.
type Role uint8

// The roles. The zero role is ordinary text and paints nothing.
const (
	Text Role = iota
	Dim
	Title
	Header
	Accent
	Key

	// States of what runs.
	OK
	Pending
	Degraded
	Failed
	Stopped
	Unknown

	// Places on the screen.
	Selected
	Marker
	Marked
	Match
	Banner
	Warn
	Prod
	NonProd

	// Differences.
	Added
	Removed
	Hunk

	// Log lines.
	LogDebug
	LogInfo
	LogWarn
	LogError
	Gap
	Late

	// Fields of JSON: their names, texts, and what else a value can be.
	JSONKey
	JSONString
	JSONNumber

	// Task0 to Task5 tell tasks apart. See TaskColour.
	Task0
	Task1
	Task2
	Task3
	Task4
	Task5

	roles // the number of roles
)

// roleNames are what the roles are called in a theme of one's own.
var roleNames = [roles]string{
	"text", "dim", "title", "header", "accent", "key",
	"ok", "pending", "degraded", "failed", "stopped", "unknown",
	"selected", "marker", "marked", "match", "banner", "warn", "prod", "nonprod",
	"added", "removed", "hunk",
	"log-debug", "log-info", "log-warn", "log-error", "gap", "late",
	"json-key", "json-string", "json-number",
	"task-1", "task-2", "task-3", "task-4", "task-5", "task-6",
}

// RoleNames are the names of the roles.
func RoleNames() []string { return roleNames[:] }

// TaskColours is how many colours there are to tell tasks apart.
const TaskColours = 6

// TaskColour returns the role of the n-th task of a view. Colours repeat.
func TaskColour(n int) Role {
	return Task0 + Role(uint(n)%TaskColours)
}
