// Package access opens accounts and is what each of their calls goes through: profiles and
// credentials, the table of the APIs with their clients (apis.go), the guard and the rate
// limits that stand in the stack of every call, and the class of what failed. What is called
// belongs to package sdk.
//
// A call that no quota of the table names is refused unless a change permits it.
package access
