// Package archive packs a directory into a tar archive, and unpacks one that came from
// elsewhere without writing outside of the directory that it is for.
package archive
