// Package logs says what a line of a log is, and reads the lines that containers
// wrote from whatever store keeps them.
//
// A Source answers searches; logs/elastic and logs/cloudwatch are two. A History
// pages through a range of one, Newest reads its end, Around and At show one place
// of it, ReadHistogram counts it by time, and FetchGap reads what a gap line stands
// for. A Ring keeps what a screen shows.
//
// Following lines as they arrive is logs/tail's, reading several stores as one
// logs/merge's. The package knows neither the terminal nor the account: logs/ecslog
// derives the Query for a service, task or container. How a store is asked belongs
// in the store's own package.
package logs
