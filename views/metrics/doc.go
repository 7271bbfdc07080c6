// Package metrics holds the screens of what CloudWatch measures: the charts of services,
// and the dashboards of the account.
package metrics
