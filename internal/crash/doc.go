// Package crash is what becomes of a fault of gantry's own. A goroutine that panics takes the
// whole process with it, the terminal still raw and the changes under way unwatched: so every
// goroutine is started by a Group, which keeps the fault and raises it again where somebody
// asks for what the goroutine was to bring. There somebody can bear it: the console's loop and
// its commands give the terminal back, a change ends with an error, a command prints the report.
package crash
