// Package deployed is how a service's deployments are shown where several screens do: how
// they ended, and what they ran. Which of them a screen lists, and how it compares them, is
// the screen's; they are read by inquiry.
package deployed
