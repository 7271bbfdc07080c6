package access

import "gantry/awsx"

// Renewing reports whether what the credentials of a context come from changed; nil when an
// opener has no such thing.
func Renewing(opener awsx.Opener) func(awsx.ContextID) bool {
	if o, ok := opener.(interface{ Renewed(awsx.ContextID) bool }); ok {
		return o.Renewed
	}
	return nil
}

// Forgetting lets an opener forget what it keeps of a context; nil when it keeps nothing.
func Forgetting(opener awsx.Opener) func(awsx.ContextID) {
	if o, ok := opener.(interface{ Forget(awsx.ContextID) }); ok {
		return o.Forget
	}
	return nil
}

// Forgiving has an opener forget that a role was denied; nil when it keeps no such thing.
func Forgiving(opener awsx.Opener) func(awsx.ContextID) bool {
	if o, ok := opener.(interface{ Again(awsx.ContextID) bool }); ok {
		return o.Again
	}
	return nil
}
