// Package incident is the screens that explain what is wrong: the troubles of a service,
// each with its evidence and what to do about it. What is wrong is found by diagnose.
package incident
