// Package cwlogs is CloudWatch Logs: log groups, streams and events in each region, and
// the API that reads them. What containers write into it comes from package output.
package cwlogs
