// Package sessions holds the sessions of Systems Manager: commands in containers, shells on
// instances and forwarded ports, as ECS and Systems Manager open and end them. Nothing
// listens behind a session: its stream has a name that leads nowhere.
package sessions
