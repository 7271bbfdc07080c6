// Package cloudwatch reads the lines that containers log through the awslogs
// driver to CloudWatch Logs. It is a logs.Source over a small Port, so it knows
// neither the AWS SDK nor how an account is opened.
//
// A query's filter has to name a log group (logs.FieldGroup), exactly or by how
// its name begins; log streams and a region narrow it. What the service can filter
// is left to it as far as that loses nothing, and every line is then compared with
// the whole query here. Several groups, and more streams than one request may
// name, are read side by side and merged by time.
//
// All lines come from FilterLogEvents: GetLogEvents gives no ids, and without one
// a line that is read twice cannot be told from one that was written twice.
package cloudwatch
