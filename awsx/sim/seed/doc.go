// Package seed fills an account: the demo account, generated ones of any size, and the
// scenarios, each of which is something to look at. What it makes is what would be there
// if the fleet had lived until now; from then on the fleet moves it.
package seed
