// Package tagging reads the tags that describe calls bring on request, and asks for them no
// more where an account refuses. Which calls those are is awsx/sdk's business.
package tagging
