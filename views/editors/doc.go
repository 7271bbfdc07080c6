// Package editors is the screens and forms in which an operator says what is to
// change: the environment, the task definition, the count and its bounds, the
// circuit breaker, a task to run or to stop. Each ends in an intent that is
// proposed to changes.
package editors
