package fleet

import (
	"encoding/json"
	"maps"

	"gantry/awsx/sim/wire"
)

// Config is a deployment configuration as the API gives it, with the
// service's defaults where a member is not set. Members that the control plane
// does not act on are kept.
type Config struct{ document map[string]any }

// NewConfig returns a rolling configuration of the percentages and the circuit breaker.
func NewConfig(minimum, maximum int, breaker, rollback bool) Config {
	return Config{map[string]any{
		"minimumHealthyPercent": minimum,
		"maximumPercent":        maximum,
		"strategy":              "ROLLING",
		"deploymentCircuitBreaker": map[string]any{
			"enable":   breaker,
			"rollback": rollback,
		},
	}}
}

// Merged returns the configuration with the members of an update in place.
func (r Config) Merged(update map[string]any) Config {
	document := map[string]any{}
	maps.Copy(document, r.document)
	maps.Copy(document, update)
	return Config{document}
}

func (r Config) percent(name string, fallback int) int {
	if _, set := r.document[name]; !set {
		return fallback
	}
	return wire.Integer(r.document[name])
}

func (r Config) minimum() int { return r.percent("minimumHealthyPercent", 100) }

func (r Config) maximum() int { return r.percent("maximumPercent", 200) }

func (r Config) breakerObject() map[string]any {
	return wire.Object(r.document["deploymentCircuitBreaker"])
}

func (r Config) breaker() (enabled, rollback bool) {
	b := r.breakerObject()
	return b["enable"] == true, b["rollback"] == true
}

// resetsOnHealthy reports whether a healthy task resets the count of failures,
// which it does unless resetOnHealthyTask is false.
func (r Config) resetsOnHealthy() bool {
	return r.breakerObject()["resetOnHealthyTask"] != false
}

func (r Config) thresholdRule() (kind string, value int) {
	rule := wire.Object(r.breakerObject()["thresholdConfiguration"])
	if len(rule) == 0 {
		return "BOUNDED_PERCENT", 50
	}
	return wire.Text(rule["type"]), wire.Integer(rule["value"])
}

// alarms are the CloudWatch alarms that fail a deployment.
func (r Config) alarms() (names []string, enabled, rollback bool) {
	o := wire.Object(r.document["alarms"])
	for _, name := range wire.List(o["alarmNames"]) {
		names = append(names, wire.Text(name))
	}
	return names, o["enable"] == true, o["rollback"] == true
}

// MarshalJSON implements json.Marshaler.
func (r Config) MarshalJSON() ([]byte, error) { return json.Marshal(r.document) }

// Validate answers what the service would about a configuration.
func (r Config) Validate() error {
	minimum, maximum := r.minimum(), r.maximum()
	switch {
	case minimum < 0 || minimum > 100:
		return wire.Invalid("minimumHealthyPercent should be between 0 and 100.")
	case maximum < 100 || maximum > 400:
		return wire.Invalid("maximumPercent should be between 100 and 400.")
	case minimum == 100 && maximum == 100:
		return wire.Invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
	}
	if names, enabled, _ := r.alarms(); enabled && len(names) == 0 {
		return wire.Invalid("alarmNames must be specified when deployment alarms are enabled.")
	}
	switch kind, value := r.thresholdRule(); {
	case kind != "COUNT" && kind != "BOUNDED_PERCENT" && kind != "UNBOUNDED_PERCENT":
		return wire.Invalid("Invalid threshold type " + kind + ".")
	case value < 1:
		return wire.Invalid("The threshold value should be at least 1.")
	}
	return r.validateStrategy()
}
