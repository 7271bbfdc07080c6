// Package deployed is what ECS keeps of a service's deployments, as far as several screens
// show it: it reads them with the revisions that they deployed and says how they ended.
// Which of them a screen lists, and how it compares them, is the screen's.
package deployed
