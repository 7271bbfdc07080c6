// Package deploy changes what an ECS service runs. An Intent says what is
// wanted, Read gathers what it depends on, Build turns both into a Plan without
// touching the account, Run carries the plan out and Follow watches what ECS
// makes of it until there is a verdict.
//
// The package knows neither the AWS SDK nor a terminal: it reads and writes
// through the ports of package awsx. Texts in plans, progress and verdicts may
// carry words of the service and are cleaned where they are shown; values that
// look like secrets are masked here already.
package deploy
