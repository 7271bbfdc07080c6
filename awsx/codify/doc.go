// Package codify writes a service that exists, with what belongs to it, as a template of
// AWS CloudFormation: the service, the task definition that it runs, its target groups, the
// listener rules that lead to them, its scaling and the alarms that watch it.
//
// It is pure: what it writes it was given as the API's own JSON (Source). Values that may be
// secret, by the rules of package document, become parameters without an echo and never
// reach the template. What a template cannot say is named (Left), in it and beside it.
package codify
