// Package viewstest lets a test sit at a console on an account in memory: the desk
// on which screens are opened, the account they look at, and a log store.
package viewstest
