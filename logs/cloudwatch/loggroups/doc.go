// Package loggroups reads CloudWatch Logs through the AWS SDK, for the source of
// lines in package cloudwatch.
//
// One method is one call of the API: what is asked, in which order and how often,
// is decided in package cloudwatch. How an account is opened, what its calls may
// do and what its failures mean, is the Account's, which awsx/sdk provides.
package loggroups
