// Command dist builds what a release of gantry consists of: the program for each
// platform in an archive, packages for Debian and RPM, what is in them, and the sums of
// all. Two runs at one commit write the same bytes, wherever they run: nothing of the
// machine, the time or the order of files enters. Here belongs what turns the checkout
// into files for others; what the program itself does belongs elsewhere.
//
//	go run ./internal/dist -out dist
package main
