// Package ecr is the private registry of an account and its API: repositories, images
// and their manifests. What an image does when it runs is its Behaviour; the fleet acts
// it out.
package ecr
