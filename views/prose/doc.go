// Package prose lays out what is read from top to bottom: paragraphs with labels,
// sheets that scroll, differences between two definitions, JSON with its secrets
// masked, and the screen that shows such a text of a resource.
//
// It knows no kind of resource. Words for single values belong in wording.
package prose
