// Package plugintest is a stand-in for the session manager plugin: the test's own program,
// which checks how it is called and then behaves as the plugin does. A command in a
// container is run by this machine's shell at a terminal of its own.
package plugintest
