// Package house holds the rules of the whole module as tests: what each package may
// import, and that every exported name has a comment. It has no code of its own.
package house
