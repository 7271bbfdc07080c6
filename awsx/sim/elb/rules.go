package elb

import (
	"cmp"

	"gantry/awsx/sim/wire"
)

// configs are the members that hold the values of conditions, by field.
var configs = map[string]string{
	"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig", "http-header": "HttpHeaderConfig",
	"http-request-method": "HttpRequestMethodConfig", "query-string": "QueryStringConfig", "source-ip": "SourceIpConfig",
}

func (r *Rule) write(x *wire.XML) {
	x.Text("RuleArn", r.ARN)
	x.Text("Priority", r.Priority)
	wire.Members(x, "Conditions", r.Conditions, func(c Condition) { c.write(x) })
	r.writeActions(x, "Actions")
	if len(r.Transforms) > 0 {
		wire.Members(x, "Transforms", r.Transforms, func(t Transform) { t.write(x) })
	}
	x.Bool("IsDefault", r.Priority == "default")
}

// write gives the values of hosts and paths twice, as the API does: where they were
// before there were other kinds of conditions, too.
func (c Condition) write(x *wire.XML) {
	x.Text("Field", c.Field)
	if c.Field == "host-header" || c.Field == "path-pattern" {
		x.Strings("Values", c.Values)
	}
	config := configs[c.Field]
	if config == "" { // a kind that is newer than its readers
		x.Strings("Values", c.Values)
		return
	}
	x.Open(config)
	x.Text("HttpHeaderName", c.Header)
	x.Text("IpAddressType", c.Family)
	if len(c.Query) > 0 {
		wire.Members(x, "Values", c.Query, func(pair [2]string) {
			x.Text("Key", pair[0])
			x.Text("Value", pair[1])
		})
	} else if len(c.Values) > 0 {
		x.Strings("Values", c.Values)
	}
	if len(c.Regexes) > 0 {
		x.Strings("RegexValues", c.Regexes)
	}
	x.Close(config)
}

func (t Transform) write(x *wire.XML) {
	config := map[string]string{"host-header-rewrite": "HostHeaderRewriteConfig", "url-rewrite": "UrlRewriteConfig"}[t.Type]
	x.Text("Type", t.Type)
	if config == "" {
		return
	}
	x.Open(config)
	wire.Members(x, "Rewrites", []Transform{t}, func(t Transform) {
		x.Text("Regex", t.Regex)
		x.Text("Replace", t.Replace)
	})
	x.Close(config)
}

func (r *Rule) writeActions(x *wire.XML, name string) {
	x.Open(name)
	for i, a := range r.Before {
		x.Open("member")
		a.write(x)
		x.Number("Order", i+1)
		x.Close("member")
	}
	x.Open("member")
	switch {
	case len(r.Groups) > 0:
		r.writeForward(x)
	case r.Redirect != nil:
		r.Redirect.write(x)
	default:
		x.Text("Type", "fixed-response")
		x.Open("FixedResponseConfig")
		x.Text("ContentType", "text/plain")
		x.Text("StatusCode", r.Fixed)
		x.Close("FixedResponseConfig")
	}
	x.Number("Order", len(r.Before)+1)
	x.Close("member")
	x.Close(name)
}

func (a Action) write(x *wire.XML) {
	x.Text("Type", a.Type)
	switch a.Type {
	case "authenticate-oidc":
		x.Open("AuthenticateOidcConfig")
		x.Text("Issuer", a.Issuer)
		for _, endpoint := range []string{"Authorization", "Token", "UserInfo"} {
			x.Text(endpoint+"Endpoint", a.Issuer+"/"+endpoint)
		}
		x.Text("ClientId", "gantry-demo")
		x.Text("OnUnauthenticatedRequest", "authenticate")
		x.Close("AuthenticateOidcConfig")
	case "authenticate-cognito":
		x.Open("AuthenticateCognitoConfig")
		x.Text("UserPoolArn", a.Issuer)
		x.Text("UserPoolClientId", "gantry-demo")
		x.Text("UserPoolDomain", "gantry-demo")
		x.Text("OnUnauthenticatedRequest", "authenticate")
		x.Close("AuthenticateCognitoConfig")
	case "jwt-validation":
		x.Open("JwtValidationConfig")
		x.Text("Issuer", a.Issuer)
		x.Text("JwksEndpoint", a.Issuer+"/keys")
		x.Close("JwtValidationConfig")
	}
}

func (r *Rule) writeForward(x *wire.XML) {
	x.Text("Type", "forward")
	if len(r.Groups) == 1 {
		x.Text("TargetGroupArn", r.Groups[0].Group.ARN)
	}
	x.Open("ForwardConfig")
	wire.Members(x, "TargetGroups", r.Groups, func(g WeightedGroup) {
		x.Text("TargetGroupArn", g.Group.ARN)
		x.Number("Weight", g.Weight)
	})
	x.Open("TargetGroupStickinessConfig")
	x.Bool("Enabled", r.Sticky > 0)
	if r.Sticky > 0 {
		x.Number("DurationSeconds", int(r.Sticky.Seconds()))
	}
	x.Close("TargetGroupStickinessConfig")
	x.Close("ForwardConfig")
}

func (r *Redirect) write(x *wire.XML) {
	x.Text("Type", "redirect")
	x.Open("RedirectConfig")
	x.Text("Protocol", cmp.Or(r.Protocol, "#{protocol}"))
	x.Text("Port", cmp.Or(r.Port, "#{port}"))
	x.Text("Host", cmp.Or(r.Host, "#{host}"))
	x.Text("Path", cmp.Or(r.Path, "/#{path}"))
	x.Text("Query", cmp.Or(r.Query, "#{query}"))
	x.Text("StatusCode", cmp.Or(r.Status, "HTTP_301"))
	x.Close("RedirectConfig")
}
