// Package body takes the answers of calls from the wire before the SDK reads them, and
// writes what the SDK would have written: so a document keeps the fields that no SDK
// knows. It also tells a web page from an answer. Which calls there are is awsx/sdk's
// business.
package body
