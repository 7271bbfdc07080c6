// Package output writes what the processes of a fleet would: their first and last words,
// their requests, their stack traces. It gives each line the shape that its log driver
// leaves, for a sink or for CloudWatch Logs.
package output
