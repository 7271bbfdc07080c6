// Package logs reads the lines that containers wrote, from whatever store keeps
// them, and follows them as they arrive.
//
// A Source answers searches; logs/elastic and logs/cloudwatch are two, and Merge
// reads several as one. A Tail turns a Source into a live sequence of batches in
// which every line of the store comes once, or a gap line says which were skipped;
// FetchGap reads those. A History pages through the past, Around and At show one
// place of it, ReadHistogram counts it by time. A Ring keeps what a screen shows.
// The package knows neither the terminal nor the account: logs/ecslog derives the
// Query for a service, task or container.
package logs
