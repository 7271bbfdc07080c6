// Package e2e tests the built program: in a pseudo-terminal whose screen an
// emulator keeps, against the simulator, moto, the aws CLI and OpenSearch. Its
// tests carry the build tag integration and fail when one of these is missing.
package e2e
