// Package sdk adapts the AWS SDK to the ports of package awsx. It is the only
// importer of the SDK's clients: everything it returns is a value of awsx, and
// every failure a fault.Error or the error of a context.
//
// Answers of ECS are read from the wire into small structs of this package
// rather than into the SDK's types. A page of a hundred tasks is then decoded
// one element at a time into what gantry keeps, and a document can be handed on
// byte for byte.
package sdk
