// Package finding is the screen that looks in the account for what the palette does not
// know from memory: an ARN, a link, an id, a name of a cluster that was not opened yet.
package finding
