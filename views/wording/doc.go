// Package wording says values in a few words that read the same on every screen:
// ages and times, images, ids, ports, exit codes and stages of a deployment.
//
// Whole sentences and what is laid out belong elsewhere.
package wording
