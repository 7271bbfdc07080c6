package ecs

import (
	"cmp"
	"maps"
	"slices"

	"gantry/awsx/sim/wire"
)

// accountSettings are the settings of the account, by name (ListAccountSettings).
func accountSettings() map[string]string {
	return map[string]string{
		"awsvpcTrunking": "disabled", "containerInsights": "disabled", "containerInstanceLongArnFormat": "enabled",
		"defaultLogDriverMode": "non-blocking", "fargateTaskRetirementWaitPeriod": "7", "serviceLongArnFormat": "enabled",
		"tagResourceAuthorization": "on", "taskLongArnFormat": "enabled",
	}
}

type listSettingsInput struct {
	listInput
	Name      string `json:"name"`
	Value     string `json:"value"`
	Principal string `json:"principalArn"`
	Effective bool   `json:"effectiveSettings"`
}

type settingDoc struct {
	Name      string `json:"name"`
	Value     string `json:"value"`
	Principal string `json:"principalArn"`
	Type      string `json:"type"`
}

// listAccountSettings lists those that hold for a principal; nobody has set one, so
// that without effectiveSettings there are none.
func (a *API) listAccountSettings(in *listSettingsInput) ([]byte, error) {
	var chosen []settingDoc
	all := accountSettings()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if in.Effective && (in.Name == "" || in.Name == name) && (in.Value == "" || in.Value == all[name]) {
			chosen = append(chosen, settingDoc{name, all[name], cmp.Or(in.Principal, "arn:aws:iam::"+a.AccountID+":root"), "user"})
		}
	}
	if in.Name != "" && all[in.Name] == "" {
		return nil, wire.Invalid("Invalid setting name: " + in.Name)
	}
	p := wire.Paging[settingDoc]{Key: func(s settingDoc) string { return s.Name }, Fallback: 10, Max: 10}
	return p.Answer("settings", chosen, in.NextToken, in.MaxResults, func(s settingDoc) any { return s })
}
