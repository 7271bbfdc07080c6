// Package world is the bottom of an account: its clock, the agenda of what happens
// next, its random choices and the names that it gives. Everything that lives in an
// account shares one World.
//
// It knows no resource. It is not safe for concurrent use: package sim holds one lock
// around every call and every step of the agenda, and no room below has another. That
// is why the rooms can read and change each other's state directly.
package world
