// Package deploy makes changes of the account: deploying, scaling, running and stopping.
// An Intent says what is wanted, one file a verb: which reads it depends on and minds
// (package read), and what it comes to on them. Build turns that into a Plan without
// touching the account, with what its checks found (package check) and the Consent that
// it asks for; Run carries the plan's steps (package step) out and hands over to package
// follow until there is a verdict. A Batch is one verb for several targets.
//
// The package knows neither the AWS SDK nor a terminal: it reads and writes through the
// ports of package awsx. Texts in plans and verdicts may carry words of the service and
// are cleaned where they are shown; what looks like a secret is masked already. Who runs
// changes, and when, is for package change.
//
// A new verb is one file here, which declares it, with its test, its command in cli and
// its entry in the screen that offers it.
package deploy
