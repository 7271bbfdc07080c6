// Package trail is CloudTrail: who made which calls that change something. Calls that nobody
// made over the wire, as those before the account was there, it tells by what the account
// shows of them: revisions that were registered, and deployments.
package trail
