package elastic

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/logs"
)

// The settings that a Config may leave out.
const (
	DefaultIndex     = "logstash-*"
	DefaultTimestamp = "@timestamp"
	DefaultTimeout   = 10 * time.Second
)

// Config says where the store is and how its documents look. Addresses is the
// only field without a default.
type Config struct {
	// Addresses are the base URLs of the store's nodes, such as
	// http://127.0.0.1:9200. They are tried in order when one fails. A user and a
	// password in the URL stand for Auth.
	Addresses []string
	// Index is the index, alias, data stream or pattern to search; several are
	// separated by commas. It is resolved anew by every search.
	Index string
	// Auth is how to authenticate; the zero value sends nothing.
	Auth Auth
	// CAFile is a PEM file with the authority that signed the store's certificate;
	// empty trusts the system's.
	CAFile string
	// Timestamp is the date field to sort by.
	Timestamp string
	// Message and Level are the fields to take text and level from, the first
	// that a document has; empty takes the names that shippers commonly use.
	Message, Level []string
	// Tiebreak is a field that orders lines of one timestamp; may be empty.
	Tiebreak string
	// Timeout bounds one request to one node.
	Timeout time.Duration
	// Transport carries the requests; nil opens connections of its own. CAFile
	// does not apply to a given one.
	Transport http.RoundTripper
}

// Auth holds credentials. One kind at most may be set.
type Auth struct {
	Username string
	Password clean.Secret
	// APIKey is the encoded form, as Kibana shows it, or id:key.
	APIKey clean.Secret
	Bearer clean.Secret
}

// header returns the Authorization header's value; empty sends none.
func (a Auth) header() (string, error) {
	kinds := 0
	value := ""
	if a.Username != "" || a.Password != "" {
		kinds++
		pair := a.Username + ":" + a.Password.Reveal()
		value = "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
	}
	if key := a.APIKey.Reveal(); key != "" {
		kinds++
		if strings.Contains(key, ":") {
			key = base64.StdEncoding.EncodeToString([]byte(key))
		}
		value = "ApiKey " + key
	}
	if a.Bearer != "" {
		kinds++
		value = "Bearer " + a.Bearer.Reveal()
	}
	if kinds > 1 {
		return "", errors.New("more than one kind of credentials is set: keep one of user and password, API key, bearer token")
	}
	if strings.ContainsAny(value, "\r\n") {
		return "", errors.New("the credentials contain a line break")
	}
	return value, nil
}

func (c Config) withDefaults() Config {
	c.Index = cmp.Or(c.Index, DefaultIndex)
	c.Timestamp = cmp.Or(c.Timestamp, DefaultTimestamp)
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	if len(c.Message) == 0 {
		c.Message = []string{"message", "log", "@message", "short_message"}
	}
	if len(c.Level) == 0 {
		c.Level = []string{"log.level", "level", "severity"}
	}
	return c
}

// Open checks a configuration and makes a Source of it. It does not connect. The
// error is of class invalid and names the setting.
func Open(cfg Config) (*Source, error) {
	cfg = cfg.withDefaults()
	nodes, auth, err := endpoints(cfg)
	if err != nil {
		return nil, invalid(err)
	}
	if err := checkIndex(cfg.Index); err != nil {
		return nil, invalid(err)
	}
	rt := cfg.Transport
	var own *http.Transport
	if rt == nil {
		if own, err = httpTransport(cfg.CAFile); err != nil {
			return nil, invalid(err)
		}
		rt = own
	}
	carrier, err := newFailover(nodes, rt, auth, cfg.Timeout)
	if err != nil {
		return nil, invalid(err)
	}
	return newSource(cfg, carrier, own), nil
}

func invalid(err error) error {
	return &logs.Error{Class: logs.Invalid, Op: "log store", Err: err}
}

// endpoints parses the addresses and takes credentials out of them.
func endpoints(cfg Config) ([]*url.URL, string, error) {
	if len(cfg.Addresses) == 0 {
		return nil, "", errors.New("no address: want a URL such as http://127.0.0.1:9200")
	}
	auth := cfg.Auth
	nodes := make([]*url.URL, 0, len(cfg.Addresses))
	for _, address := range cfg.Addresses {
		u, err := url.Parse(strings.TrimRight(address, "/"))
		shown := clean.Line(clean.Redact(address))
		switch {
		case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
			return nil, "", fmt.Errorf("address %q: want a URL such as http://127.0.0.1:9200", shown)
		case u.RawQuery != "" || u.Fragment != "":
			return nil, "", fmt.Errorf("address %q: want no query and no fragment", shown)
		}
		if u.User != nil && auth == (Auth{}) {
			password, _ := u.User.Password()
			auth = Auth{Username: u.User.Username(), Password: clean.Secret(password)}
		}
		u.User = nil
		nodes = append(nodes, u)
	}
	header, err := auth.header()
	return nodes, header, err
}

// checkIndex refuses what no index may be called and what would change the path
// of the request.
func checkIndex(index string) error {
	if strings.ContainsAny(index, "/\\?#\"<>|% \t\r\n") || strings.HasPrefix(index, "_") {
		return fmt.Errorf("index %q: want names or patterns such as logstash-*, separated by commas", clean.Line(index))
	}
	return nil
}

// httpTransport is the standard one, proxies from the environment included, with
// the authority of a file in place of the system's.
func httpTransport(caFile string) (*http.Transport, error) {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("the default HTTP transport is a %T", http.DefaultTransport)
	}
	t := base.Clone()
	t.MaxIdleConnsPerHost = 4
	if caFile == "" {
		return t, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("CA file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("CA file %s: no certificate in it: want PEM", clean.Line(caFile))
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}
