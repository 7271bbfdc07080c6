// Package measured reads what CloudWatch measures, as the console and the commands show it:
// the charts of a service beside what was done to it, dashboards, and how busy the services
// of a table are. All of it is charged for.
package measured
