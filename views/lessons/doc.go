// Package lessons tells a newcomer, one at a time, of the key that helps with what is on screen.
// What a key is told to do, and where that helps, is declared with its action
// (ui.Binding.Lesson, ui.Action.Helps), and nowhere else. It belongs here which lesson is told,
// how often, and when it is learnt.
package lessons
