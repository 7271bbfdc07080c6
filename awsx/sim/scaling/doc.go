// Package scaling is Application Auto Scaling of the services of a fleet, and its API. It
// follows a load that is told to it, within the bounds of each service.
package scaling
