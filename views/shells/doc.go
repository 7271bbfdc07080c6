// Package shells opens shells in containers and on instances, hands the terminal over to
// them, and lists the forwards that run. What a session needs and how it is asked for is a
// plan of views/changes; what joins it is internal/plugin.
package shells
