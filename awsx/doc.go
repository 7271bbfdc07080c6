// Package awsx is what gantry knows about an Amazon ECS account: the domain
// types, the small ports through which they are read and changed, and the
// classes of error that either can end in. It imports no AWS SDK; package
// awsx/sdk adapts the SDK to these ports and awsx/awsxtest fakes them.
//
// Values are kept as the service sent them. Text in them comes from outside
// and is cleaned where it is shown, printed or saved, never here.
package awsx
