// Package images is the screens of images: those that a service can be given, those of a
// repository, and the repositories, with where each image runs now.
package images
