// Package shell spells calls as a person would type them: as commands of the AWS CLI,
// quoted for a POSIX shell, and what edits a document as jq expressions. No command
// holds a secret. Which calls a change makes is for package deploy.
package shell
