// Package alb is what Elastic Load Balancing makes of what it is told. It relates what
// a load balancer knows, targets of target groups, to what the scheduler knows, tasks
// and their containers' ports (Join); and it tells who answers a request by the rules of
// the listeners (Ask, Evaluate), and which rules can never answer any (Shadows). It is
// pure: it calls nothing and keeps nothing.
//
// A rule of the service is read from its public documentation, whose page the comments
// and the tests name. What that leaves open, and what this version does not know, is
// never taken as met: the answer says why it is uncertain.
package alb
