package sim

import (
	"encoding/json"
	"maps"
)

// rollingConfig is a deployment configuration as the API gives it, with the
// service's defaults where a member is not set. Members that the control plane
// does not act on are kept.
type rollingConfig struct{ document map[string]any }

func newRolling(minimum, maximum int, breaker, rollback bool) rollingConfig {
	return rollingConfig{map[string]any{
		"minimumHealthyPercent": minimum,
		"maximumPercent":        maximum,
		"strategy":              "ROLLING",
		"deploymentCircuitBreaker": map[string]any{
			"enable":   breaker,
			"rollback": rollback,
		},
	}}
}

// merged returns the configuration with the members of an update in place.
func (r rollingConfig) merged(update map[string]any) rollingConfig {
	document := maps.Clone(r.document)
	maps.Copy(document, update)
	return rollingConfig{document}
}

func (r rollingConfig) percent(name string, fallback int) int {
	if _, set := r.document[name]; !set {
		return fallback
	}
	return integer(r.document[name])
}

func (r rollingConfig) minimum() int { return r.percent("minimumHealthyPercent", 100) }

func (r rollingConfig) maximum() int { return r.percent("maximumPercent", 200) }

func (r rollingConfig) breakerObject() map[string]any {
	return object(r.document["deploymentCircuitBreaker"])
}

func (r rollingConfig) breaker() (enabled, rollback bool) {
	b := r.breakerObject()
	return b["enable"] == true, b["rollback"] == true
}

// resetsOnHealthy tells whether a healthy task resets the count of failures,
// which it does unless resetOnHealthyTask is false.
func (r rollingConfig) resetsOnHealthy() bool {
	return r.breakerObject()["resetOnHealthyTask"] != false
}

func (r rollingConfig) thresholdRule() (kind string, value int) {
	rule := object(r.breakerObject()["thresholdConfiguration"])
	if len(rule) == 0 {
		return "BOUNDED_PERCENT", 50
	}
	return text(rule["type"]), integer(rule["value"])
}

// alarms are the CloudWatch alarms that fail a deployment.
func (r rollingConfig) alarms() (names []string, enabled, rollback bool) {
	o := object(r.document["alarms"])
	for _, name := range list(o["alarmNames"]) {
		names = append(names, text(name))
	}
	return names, o["enable"] == true, o["rollback"] == true
}

// MarshalJSON implements json.Marshaler.
func (r rollingConfig) MarshalJSON() ([]byte, error) { return json.Marshal(r.document) }

// validate answers what the service would about a configuration.
func (r rollingConfig) validate() error {
	minimum, maximum := r.minimum(), r.maximum()
	switch {
	case minimum < 0 || minimum > 100:
		return invalid("minimumHealthyPercent should be between 0 and 100.")
	case maximum < 100 || maximum > 400:
		return invalid("maximumPercent should be between 100 and 400.")
	case minimum == 100 && maximum == 100:
		return invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
	}
	if names, enabled, _ := r.alarms(); enabled && len(names) == 0 {
		return invalid("alarmNames must be specified when deployment alarms are enabled.")
	}
	switch kind, value := r.thresholdRule(); {
	case kind != "COUNT" && kind != "BOUNDED_PERCENT" && kind != "UNBOUNDED_PERCENT":
		return invalid("Invalid threshold type " + kind + ".")
	case value < 1:
		return invalid("The threshold value should be at least 1.")
	}
	return r.validateStrategy()
}
