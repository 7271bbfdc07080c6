package resources

// GlimpseServices is the most services of a cluster that the list of clusters looks into.
const GlimpseServices = glimpseServices
