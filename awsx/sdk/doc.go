// Package sdk adapts the AWS SDK to the ports of package awsx: everything it
// returns is a value of awsx, and every failure a fault.Error or the end of a
// context.
//
// What belongs here: a file a resource with the calls that read and change it. What does
// not: how an account is opened and what its calls go through (package access), when to
// call (package store), what answers mean (diagnose, deploy), and clients of what is not
// behind a port of awsx: they are made from Account.ClientConfig.
//
// A new AWS API is an entry in access/apis.go and a file with its calls.
//
// Answers of ECS are read from the wire into small structs of this package
// rather than into the SDK's types. A page of a hundred tasks is then decoded
// one element at a time into what gantry keeps, and a document can be handed on
// byte for byte.
package sdk
