package resources

// InsideServices is the most services of a cluster that the list of clusters looks into.
const InsideServices = insideServices
