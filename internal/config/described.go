package config

import "strings"

// described returns what a setting is for, by its path in the shape of the file. The
// settings of one log store are described once, wherever they stand.
func described(path string) string {
	for {
		if text, ok := descriptions[path]; ok {
			return text
		}
		if rest, ok := strings.CutPrefix(path, "contexts.*.logs"); ok {
			path = "logs" + rest
		} else if rest, ok := strings.CutPrefix(path, "logs.overrides[]"); ok {
			path = "logs" + rest
		} else if rest, ok := strings.CutPrefix(path, "theme.roles."); ok && !strings.Contains(rest, "*") {
			_, part, _ := strings.Cut(rest, ".")
			path = strings.TrimSuffix("theme.roles.*."+part, ".")
		} else if strings.HasPrefix(path, "theme.colours.") && path != "theme.colours.*" {
			path = "theme.colours.*"
		} else if i := strings.LastIndexByte(path, '.'); i > 0 && descriptions[path[i:]] != "" {
			path = path[i:]
		} else {
			return ""
		}
	}
}

// descriptions are what editors show beside a setting. A name that begins with a dot is
// that of a part which stands under several settings.
var descriptions = map[string]string{
	"": "What gantry is told. Nothing in it is required.",

	"context":             "The context to begin with, one of contexts. A profile on the command line or in AWS_PROFILE wins.",
	"start":               "Where the console begins that is told nothing: where the last run ended, context and all, or at the clusters of the usual context. By itself where it ended, in the context that context names.",
	"contexts":            "Accounts and regions that can be switched to, each under a name of your own.",
	"contexts.*":          "An account and a region of it.",
	"contexts.*.profile":  "A profile of the AWS configuration.",
	"contexts.*.region":   "The region, such as eu-west-1.",
	"contexts.*.endpoint": "The address of every AWS service, such as the simulator's.",
	"contexts.*.logs":     "Where the lines of this context are found, where they are not with the others'.",

	"logs":                     "Where log lines are found.",
	"logs.endpoints":           "The addresses of one Elasticsearch or OpenSearch cluster.",
	"logs.cloud-id":            "A deployment of Elastic Cloud, in place of endpoints.",
	"logs.index":               "The index, or a pattern of indices.",
	"logs.timestamp":           "The field with the time of a line.",
	"logs.message":             "The fields with the text of a line: the first that a document has counts.",
	"logs.level":               "The fields with the level of a line: the first that a document has counts.",
	"logs.levels":              "What words or numbers of your own loggers stand for.",
	"logs.levels.*":            "The level that the word or number stands for.",
	"logs.tiebreak":            "The field that orders lines of one time.",
	"logs.awslogs":             "Where the lines of containers that log through awslogs are read: in CloudWatch, or among the documents that they are forwarded to.",
	"logs.user":                "The user of the log store. It comes with a password.",
	"logs.password":            "The password of the user.",
	"logs.api-key":             "An API key of the log store.",
	"logs.bearer":              "A bearer token of the log store.",
	"logs.sigv4":               "How requests to Amazon OpenSearch are signed.",
	"logs.sigv4.service":       "es for a domain, aoss for a serverless collection.",
	"logs.sigv4.profile":       "The profile to sign with, where it is not the context's.",
	"logs.sigv4.region":        "The region to sign for, where the address does not tell it.",
	"logs.ca-file":             "A file of PEM certificates to trust in place of the system's.",
	"logs.fingerprint":         "The SHA-256 fingerprint of the certificate to trust, or of its authority's.",
	"logs.client-cert":         "A PEM certificate to show to the log store. It comes with a client-key.",
	"logs.client-key":          "The file with the key of client-cert.",
	"logs.kibana":              "The address of Kibana, which links to lines lead to.",
	"logs.dashboards":          "The address of OpenSearch Dashboards, in place of kibana.",
	"logs.overrides":           "Where the lines of some services are found. The first that fits counts; what it leaves out is that of all.",
	"logs.overrides[]":         "Where the lines of some services are found.",
	"logs.overrides[].cluster": "A glob for the names of clusters.",
	"logs.overrides[].service": "A glob for the names of services.",
	"logs.overrides[].filter":  "A query in place of the derived one, with ${service}, ${runtime_id} and the like.",
	".env":                     "The name of the environment variable that holds it.",
	".file":                    "The file that holds it.",
	"production":               "Which clusters are not production. Every other one is.",
	"production.except":        "Words and globs for whole tokens of the names of clusters that are not production, in place of the usual ones.",
	"production.profiles":      "Globs for profiles whose clusters are not production.",
	"production.accounts":      "Globs for accounts whose clusters are not production.",
	"production.look":          "What production is called in headers and plans, and in which colour: once for all, or a list of which the first that fits counts.",
	"production.look.account":  "A glob for the number of the account.",
	"production.look.cluster":  "A glob for the name of the cluster.",
	"production.look.profile":  "A glob for the name of the profile.",
	"production.look.word":     "The word, PROD by itself.",
	"rules":                    "What changes need beyond the usual. The first rule that matches a change decides.",
	"rules[]":                  "A rule. What it leaves out matches everything.",
	"rules[].account":          "A glob for the number of the account.",
	"rules[].cluster":          "A glob for the name of the cluster.",
	"rules[].service":          "A glob for the name of the service.",
	"rules[].action":           "What the change does, such as deploy, or a glob.",
	"rules[].deny":             "Refuses the change, or lets it pass where a later rule denies it.",
	"rules[].confirm":          "What is asked: yes, the name of the target, or a phrase for all of them.",
	"rules[].max_bulk":         "How many targets one change may have.",
	"rules[].reason":           "Why, which is shown to who is stopped.",
	"owners":                   "What services are deployed with, so that plans warn: its next run undoes what is changed beside it.",
	"owners.*":                 "A tool, such as ecspresso, terraform, copilot or cdk, under a glob for CLUSTER/SERVICE.",
	"keep_revisions":           "How many revisions of a service's family stay active after a deployment that succeeded; 0 keeps all.",
	"notify":                   "Whom to tell of changes.",
	"notify.webhook":           "The address of a webhook that takes what Slack's take. It is a secret.",
	"notify.clusters":          "Globs for the clusters whose changes are told.",
	"notify.actions":           "Globs for the changes that are told.",
	"writing":                  "When changes are possible.",
	"writing.readonly":         "Refuses every change; cannot be lifted from inside.",
	"writing.arm":              "For how long production can be changed once armed, in minutes or as 15m; off needs no arming.",
	"memory":                   "How much of what was seen is kept across runs; off keeps nothing.",
	"memory.days":              "For how many days it is kept.",
	"memory.megabytes":         "How large its file grows; the oldest makes room.",
	"refresh":                  "How old the services table may grow, in seconds or as 10s.",
	"screen":                   "How the console is drawn.",
	"screen.color":             "Whether to draw in colour.",
	"screen.ascii":             "Whether to draw with ASCII characters only.",
	"screen.theme":             "In which colours: auto, dark, light, blue-orange, none, a palette such as nord, or a file of your own in themes beside this one.",
	"screen.colours":           "What theme was called before it took more than these two.",
	"screen.animation":         "Whether anything may move that is no data, such as a cursor that blinks.",
	"screen.hints":             "Whether who is new here is told, one at a time, of keys that help with what is on screen.",
	"screen.background":        "The background of the terminal; auto asks the terminal.",
	"screen.sync":              "Whether frames are sent as one (synchronized output); auto asks the terminal.",
	"screen.mouse":             "Whether the wheel scrolls. The terminal selects no text then.",
	"theme":                    "What differs from a shipped theme. The file's name, without .yaml, is the theme's.",
	"theme.base":               "The shipped theme that has what is left out here; auto by itself.",
	"theme.background":         "The background that the terminal is asked for. What cannot be read on it is made lighter or darker.",
	"theme.foreground":         "The colour of ordinary text.",
	"theme.dim":                "The colour of what matters less.",
	"theme.colours":            "What the names of colours stand for.",
	"theme.colours.*":          "A colour such as #8fbcbb.",
	"theme.roles":              "How single roles are drawn.",
	"theme.roles.*":            "A colour, or how the letters look: a name of colours, #8fbcbb, or a number of the 256.",
	".bold":                    "Whether letters are bold.",
	".faint":                   "Whether letters are faint.",
	".underline":               "Whether letters are underlined.",
	".reverse":                 "Whether background and letters change places.",
	".colour":                  "The colour: a name of colours, #8fbcbb, or a number of the 256.",
	"keys":                     "Which keys run which actions.",
	"keys.preset":              "The keys to begin with.",
	"keys.bind":                "Keys of your own, by the names of actions.",
	"keys.bind.*":              "The keys of the action.",
	"aliases":                  "Names of your own for what the palette takes.",
	"aliases.*":                "What the palette takes, such as logs prod/api.",
	"favourites":               "Places by the digits that go there, from 1 to 9; 0 goes to all clusters.",
	"favourites.*":             "A place, as the palette takes it: prod, prod/api, logs prod/api, ctx lab.",
	"columns":                  "Tags that tables show in columns, by the screen, such as services, or by the kind of its rows, such as service.",
	"columns.*":                "The columns, such as tag:team.",
	"commands":                 "Commands of your own: programs that take values of a row, by names of your own.",
	"commands.*":               "A program, and on which rows it is run.",
	"commands.*.key":           "The key that runs it, such as ctrl+g.",
	"commands.*.on":            "The screens that have it, such as services, or the kinds of rows, such as task.",
	"commands.*.run":           "The program and its arguments as a list, in which $SERVICE and the like stand for values of the row.",
	"commands.*.shell":         "Whether run is one text that a shell reads. Values are in its environment then.",
	"commands.*.output":        "Whether what it prints is shown, or the terminal is handed over to it.",
	"commands.*.changes":       "Whether it may change something: it is planned, confirmed and recorded then. It may, unless this says false.",
	"commands.*.each":          "Whether it is run once for each of several marked rows.",
}
