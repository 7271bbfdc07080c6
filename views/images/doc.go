// Package images is the screen of the images that a service can be given.
package images
