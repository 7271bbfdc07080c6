// Package errands runs commands of the operator's own from the rows of tables: at once what
// only looks, after a plan and a question what may change something. What a program prints is a
// document that grows, unless the terminal is handed over to it. Which commands there are and
// what they are given is said in internal/errand.
package errands
