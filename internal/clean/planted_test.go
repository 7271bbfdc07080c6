package clean_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gantry/internal/clean"
)

// vendorTokens are how the tokens of vendors look, as their documentation and secret
// scanners have it: text, and characters to draw as {set count}. The sets are a for
// letters and digits, A for capitals and digits, l for small letters and digits, h for
// hexadecimal digits, d for decimal ones, b for base64url and B for base64.
var vendorTokens = []struct{ vendor, form string }{
	{"1Password secret key", "A3-{A 6}-{A 11}-{A 5}-{A 5}-{A 5}"},
	{"Adobe client secret", "p8e-{l 32}"},
	{"Airtable", "pat{a 14}.{h 64}"},
	{"Alibaba access key id", "LTAI{l 20}"},
	{"Anthropic", "sk-ant-api03-{b 93}AA"},
	{"Artifactory", "AKCp{a 69}"},
	{"Atlassian", "ATATT3{b 186}"},
	{"AWS access key id", "AKIA{K 16}"},
	{"AWS temporary access key id", "ASIA{K 16}"},
	{"Azure client secret", "{a 3}8Q~{a 34}"},
	{"Brevo", "xkeysib-{h 64}-{l 16}"},
	{"Clojars", "CLOJARS_{l 60}"},
	{"Cloudflare origin CA", "v1.0-{h 24}-{h 146}"},
	{"Databricks", "dapi{h 32}"},
	{"DigitalOcean", "dop_v1_{h 64}"},
	{"DigitalOcean OAuth", "doo_v1_{h 64}"},
	{"DigitalOcean refresh", "dor_v1_{h 64}"},
	{"Discord webhook", "https://discord.com/api/webhooks/{d 18}/{b 68}"},
	{"Docker", "dckr_pat_{b 27}"},
	{"Doppler", "dp.pt.{l 43}"},
	{"Duffel", "duffel_live_{b 43}"},
	{"Dynatrace", "dt0c01.{A 24}.{A 64}"},
	{"EasyPost", "EZAK{a 54}"},
	{"Facebook page", "EAAM{a 110}"},
	{"Figma", "figd_{b 40}"},
	{"Flutterwave", "FLWSECK_TEST-{g 32}-X"},
	{"Fly.io", "fo1_{b 43}"},
	{"Frame.io", "fio-u-{b 64}"},
	{"GitHub", "ghp_{a 36}"},
	{"GitHub app", "ghs_{a 36}"},
	{"GitHub fine-grained", "github_pat_{a 22}_{a 59}"},
	{"GitHub OAuth", "gho_{a 36}"},
	{"GitHub refresh", "ghr_{a 36}"},
	{"GitLab", "glpat-{b 20}"},
	{"GitLab deploy", "gldt-{b 20}"},
	{"GitLab job", "glcbt-64_{b 20}"},
	{"GitLab runner", "glrt-{b 20}"},
	{"GitLab runner registration", "GR1348941{b 20}"},
	{"GitLab trigger", "glptt-{h 40}"},
	{"Google API", "AIza{b 35}"},
	{"Google OAuth client secret", "GOCSPX-{b 28}"},
	{"Google OAuth access", "ya29.{b 120}"},
	{"Grafana Cloud", "glc_{a 60}"},
	{"Grafana service account", "glsa_{a 32}_{h 8}"},
	{"Heroku", "HRKU-AA{b 58}"},
	{"Hugging Face", "hf_{L 34}"},
	{"HubSpot", "pat-na1-{h 8}-{h 4}-{h 4}-{h 4}-{h 12}"},
	{"Infracost", "ico-{a 32}"},
	{"Linear", "lin_api_{a 40}"},
	{"Mailgun", "key-{h 32}"},
	{"New Relic user", "NRAK-{A 27}"},
	{"Notion", "ntn_{d 11}{a 35}"},
	{"npm", "npm_{l 36}"},
	{"NuGet", "oy2{l 43}"},
	{"Octopus Deploy", "API-{A 26}"},
	{"OpenAI", "sk-{a 20}T3BlbkFJ{a 20}"},
	{"OpenAI project", "sk-proj-{b 74}T3BlbkFJ{b 74}"},
	{"OpenShift", "sha256~{b 43}"},
	{"Perplexity", "pplx-{a 48}"},
	{"PlanetScale", "pscale_tkn_{a 43}"},
	{"Postman", "PMAK-{h 24}-{h 34}"},
	{"Prefect", "pnu_{a 36}"},
	{"Pulumi", "pul-{h 40}"},
	{"PyPI", "pypi-AgEIcHlwaS5vcmc{b 80}"},
	{"ReadMe", "rdme_{l 70}"},
	{"RubyGems", "rubygems_{h 48}"},
	{"SendGrid", "SG.{b 22}.{b 43}"},
	{"Sentry user", "sntryu_{h 64}"},
	{"Shippo", "shippo_live_{h 40}"},
	{"Shopify", "shpat_{h 32}"},
	{"Shopify shared secret", "shpss_{h 32}"},
	{"Slack app", "xapp-1-{A 11}-{d 13}-{h 64}"},
	{"Slack bot", "xoxb-{d 12}-{d 12}-{a 24}"},
	{"Slack user", "xoxp-{d 12}-{d 12}-{d 12}-{h 32}"},
	{"Slack webhook", "https://hooks.slack.com/services/T{A 8}/B{A 9}/{a 24}"},
	{"Sonar", "squ_{h 40}"},
	{"Sourcegraph", "sgp_{h 16}_{h 40}"},
	{"Square", "sq0atp-{b 22}"},
	{"Stripe", "sk_live_{a 24}"},
	{"Stripe restricted", "rk_live_{a 24}"},
	{"Stripe webhook", "whsec_{a 32}"},
	{"Supabase", "sbp_{h 40}"},
	{"Tailscale", "tskey-auth-{a 12}CNTRL-{a 32}"},
	{"Teams webhook", "https://acme.webhook.office.com/webhookb2/{h 8}-{h 4}-{h 4}-{h 4}-{h 12}@{h 8}-{h 4}-{h 4}-{h 4}-{h 12}/IncomingWebhook/{h 32}/{h 8}-{h 4}-{h 4}-{h 4}-{h 12}"},
	{"Telegram", "{d 10}:AA{b 33}"},
	{"Terraform Cloud", "{a 14}.atlasv1.{b 67}"},
	{"Trello", "ATTA{h 72}"},
	{"Twilio", "SK{h 32}"},
	{"Typeform", "tfp_{b 59}"},
	{"Vault service", "hvs.{b 95}"},
	{"Vault batch", "hvb.{b 140}"},
	{"Yandex", "AQVN{b 37}"},
}

// draw makes a token of a form, and what of it must not be seen.
func draw(r *rand.Rand, form string) string {
	sets := map[string]string{
		"a": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
		"K": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "l": "abcdefghijklmnopqrstuvwxyz0123456789", "h": "0123456789abcdef",
		"d": "1234567890", "g": "abcdefgh0123456789", "L": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	}
	sets["b"], sets["B"] = sets["a"]+"_-", sets["a"]+"+/"
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(form, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		var set string
		var n int
		spec, after, _ := strings.Cut(rest, "}")
		if _, err := fmt.Sscanf(spec, "%s %d", &set, &n); err != nil {
			panic(err)
		}
		for i := range n {
			c := sets[set][r.IntN(len(sets[set]))]
			for (c == '-' || c == '_') && (i == 0 || i == n-1) { // as a token does not end
				c = sets[set][r.IntN(len(sets[set]))]
			}
			b.WriteByte(c)
		}
		form = after
	}
}

// vendors draws a token of each vendor.
func vendors(r *rand.Rand) map[string]string {
	tokens := map[string]string{}
	for _, v := range vendorTokens {
		tokens[v.vendor] = draw(r, v.form)
	}
	return tokens
}

// telling is the part of a token that must not be seen: of a webhook's address, what
// comes last.
func telling(token string) string { return token[strings.LastIndexByte(token, '/')+1:] }

func TestVendorsTokensAreKnownWhereverTheyStand(t *testing.T) {
	for vendor, token := range vendors(rand.New(rand.NewPCG(60, 60))) {
		for _, carrier := range []string{"%s", "X=%s", "using %s for it", `{"a":"%s"}`, "line\\n%s\\n", "(%s)", "a: '%s',", "?q=%s&b=1"} {
			line := fmt.Sprintf(carrier, token)
			if got := clean.Redact(line); strings.Contains(got, telling(token)) || !strings.Contains(got, clean.Mask) {
				t.Errorf("%s: %s became %s", vendor, line, got)
			}
		}
	}
}

// passwords are what people and generators choose.
var passwords = []string{"hunter2", "Tr0ub4dor&3", "correcthorsebattery", "s3cr3t!", "#a1b2c3", "p@ssw0rd", "Zx9-kQ_7.mN", "aGVsbG8td29ybGQ=", "b4f7e0c19d", "9f86d081884c7d659a2feaa0c55ad015"}

// carriers are the places where passwords stand in logs, documents and variables; %s
// is the password.
var carriers = []string{
	"password=%s", "Password: %s", "DB_PASSWORD=%s", "db_pass=%s", "DB_PASS=%s", "MYSQL_PW=%s", "PGPASSWORD=%s psql", "REDIS_AUTH=%s",
	"export API_KEY=%s", "apiKey: %s", "STRIPE_KEY=%s", "signing_key=%s", "secretAccessKey=%s", "aws_secret_access_key = %s",
	"client-secret: %s", "clientSecret='%s'", "X-Api-Key: %s", "x-auth-token: %s", "access_token=%s", "https://api.example.com/x?access_token=%s&v=2",
	"https://api.example.com/x?v=2&api_key=%s", "refreshToken=%s,", "GENERATED ROOT PASSWORD: %s", "Using generated security password: %s",
	"pwd=%s", "user_pwd=%s", "passphrase=%s", "keystore.password=%s", "spring.datasource.password=%s", "-Dspring.datasource.password=%s -Xmx1g",
	`{"password":"%s"}`, `{"db":{"user":"a","password": "%s"},"n":1}`, `{\"password\":\"%s\"}`, `{"name":"DB_PASSWORD","value":"%s"}`,
	`{"value":"%s","name":"DB_PASSWORD"}`, `{"Name": "API_TOKEN", "Value": "%s"}`, `"password"=>"%s"`, `:password=>"%s"`, `password => '%s'`,
	"password: \"%s\"", "  password: '%s'", "{'password': '%s'}", "password = b'%s'", "<password>%s</password>", `<add key="Password" value="%s"/>`,
	"--password %s", "--password=%s", "--db-password %s --port 1", `--requirepass "%s"`, "--api-key %s", "--token=%s", "-u admin:%s", "curl -u probe:%s http://localhost/",
	"curl -uprobe:%s http://localhost/", "curl --user probe:%s http://localhost/", `["redis-server","--requirepass","%s"]`, `["run", "--token", "%s"]`,
	"redis-cli -a %s ping", "sshpass -p %s ssh host", "mysql -uroot -p%s -e 'select 1'", "mongo -u root -p %s", "docker login -u me -p %s registry",
	"requirepass %s", "ALTER USER app WITH PASSWORD '%s'", "CREATE USER 'app' IDENTIFIED BY '%s'",
	"Authorization: Bearer %s", "Authorization: Basic %s", "authorization: %s", `"Authorization": "Token %s"`, "Proxy-Authorization: Basic %s",
	"Cookie: session=%s; theme=dark", "Set-Cookie: sid=%s; Path=/; HttpOnly", "JSESSIONID=%s",
	"postgres://app:%s@db:5432/app", "amqp://user:%s@mq:5672/v", "redis://:%s@cache:6379", "app:%s@tcp(db:3306)/shop",
	"Server=db;Database=x;User Id=app;Password=%s;Encrypt=true", "jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=%s;encrypt=true",
	"jdbc:postgresql://db/app?user=a&password=%s", "jdbc:oracle:thin:scott/%s@//h:1521/x",
	"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=%s;EndpointSuffix=core.windows.net", "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=%s",
	"level=info msg=login user=bob password=%s took=1ms", "[main] INFO c.e.Db - connecting with password=%s", "\x1b[32mpassword\x1b[0m=\x1b[33m%s\x1b[0m",
	"- name: DB_PASSWORD\n  value: %s", "db:\n  password: %s\n  user: x", "machine x login y\npassword = %s",
}

func TestThreeHundredPlantedSecretsAreMissedByNone(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 16))
	planted := 0
	check := func(line, secret string) {
		planted++
		if got := clean.Redact(line); strings.Contains(got, secret) {
			t.Errorf("%s\n  became %s", line, got)
		}
	}
	for i, carrier := range carriers {
		for k := range 3 {
			secret := passwords[(i+k*3)%len(passwords)]
			switch {
			case strings.Contains(carrier, "Basic"):
				secret = base64.StdEncoding.EncodeToString([]byte("app:" + secret))
			case strings.Contains(carrier, "://"), strings.Contains(carrier, "value="), strings.Contains(carrier, "tcp("):
				secret = strings.NewReplacer("&", "", "#", "", "@", "").Replace(secret)
			case strings.Contains(carrier, "auth-token"):
				secret = draw(r, "{a 24}")
			}
			check("app | "+fmt.Sprintf(carrier, secret), secret)
		}
	}
	for _, token := range vendors(r) {
		check("calling with "+token+" now", telling(token))
	}
	if planted < 300 {
		t.Errorf("only %d were planted", planted)
	}
}
