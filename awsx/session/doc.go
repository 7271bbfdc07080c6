// Package session is what sessions of Systems Manager need beside the account: what the
// plugin is told, and how it is kept from others, which ports a forward joins, and the
// scripts by which a command's exit code and a file's bytes come through a terminal whole.
// It is pure: it runs nothing and calls nobody. The plugin is run by internal/plugin.
package session
