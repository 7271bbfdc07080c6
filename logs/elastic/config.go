package elastic

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gantry/internal/clean"
	"gantry/internal/fault"
	"gantry/logs"
)

// The settings that a Config may leave out.
const (
	DefaultIndex     = "logstash-*"
	DefaultTimestamp = "@timestamp"
	DefaultTimeout   = 10 * time.Second
)

// Config says where the store is and how its documents look. Addresses or CloudID
// is the only field without a default.
type Config struct {
	// Addresses are the base URLs of the store's nodes, such as
	// http://127.0.0.1:9200, with the path under which a proxy serves them. They
	// are tried in order when one fails. A user and a password in the URL stand
	// for Auth.
	Addresses []string
	// CloudID stands for Addresses: a deployment of Elastic Cloud by the id that
	// its console shows.
	CloudID string
	// Index is the index, alias, data stream or pattern to search; several are
	// separated by commas. It is resolved anew by every search.
	Index string
	// Auth is how to authenticate; the zero value sends nothing.
	Auth Auth
	// Signer signs requests to Amazon OpenSearch, in place of Auth; may be nil.
	Signer Signer
	// CAFile is a PEM file with the authority that signed the store's certificate;
	// empty trusts the system's.
	CAFile string
	// Fingerprint is the SHA-256 of the certificate to trust, in hexadecimal: the
	// store's own or its authority's, which is what Elasticsearch prints.
	Fingerprint string
	// CertFile and KeyFile are PEM files with the certificate to show to the store
	// and its private key; both or none.
	CertFile, KeyFile string
	// Timestamp is the date field to sort by.
	Timestamp string
	// Message and Level are the fields to take text and level from, the first
	// that a document has; empty takes the names that shippers commonly use.
	Message, Level []string
	// Levels names levels that loggers of one's own write.
	Levels logs.Levels
	// Tiebreak is a field that orders lines of one timestamp; may be empty.
	Tiebreak string
	// Timeout bounds one request to one node.
	Timeout time.Duration
	// Transport carries the requests; nil opens connections of its own. What is
	// said of certificates does not apply to a given one.
	Transport http.RoundTripper
}

func (c Config) withDefaults() Config {
	c.Index = cmp.Or(c.Index, DefaultIndex)
	c.Timestamp = cmp.Or(c.Timestamp, DefaultTimestamp)
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	if len(c.Message) == 0 {
		c.Message = []string{"message", "log", "@message", "short_message", "MESSAGE"}
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
	nodes, who, err := endpoints(cfg)
	if err != nil {
		return nil, invalid(err)
	}
	if err := checkIndex(cfg.Index); err != nil {
		return nil, invalid(err)
	}
	rt := cfg.Transport
	var own *http.Transport
	if rt == nil {
		if own, err = httpTransport(cfg); err != nil {
			return nil, invalid(err)
		}
		rt = own
	}
	if who.signer != nil {
		rt = signing{rt, who.signer}
	}
	carrier, err := newFailover(nodes, rt, who.header, cfg.Timeout)
	if err != nil {
		return nil, invalid(err)
	}
	s := newSource(cfg, carrier, own, who)
	for _, u := range nodes {
		s.addresses = append(s.addresses, clean.Line(u.String()))
	}
	return s, nil
}

func invalid(err error) error {
	return &fault.Error{Class: fault.Invalid, Op: "log store", Err: err}
}

// endpoints parses the addresses and takes credentials out of them.
func endpoints(cfg Config) ([]*url.URL, access, error) {
	addresses := cfg.Addresses
	switch {
	case cfg.CloudID != "" && len(addresses) > 0:
		return nil, access{}, errors.New("both addresses and a cloud id are set: keep one of them")
	case cfg.CloudID != "":
		address, err := cloudAddress(cfg.CloudID)
		if err != nil {
			return nil, access{}, err
		}
		addresses = []string{address}
	case len(addresses) == 0:
		return nil, access{}, errors.New("no address: want a URL such as http://127.0.0.1:9200")
	}
	auth := cfg.Auth
	nodes := make([]*url.URL, 0, len(addresses))
	for _, address := range addresses {
		u, err := url.Parse(strings.TrimRight(address, "/"))
		shown := clean.Shown(address)
		switch {
		case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
			return nil, access{}, fmt.Errorf("address %q: want a URL such as http://127.0.0.1:9200", shown)
		case u.RawQuery != "" || u.Fragment != "":
			return nil, access{}, fmt.Errorf("address %q: want no query and no fragment", shown)
		}
		if u.User != nil && auth == (Auth{}) {
			password, _ := u.User.Password()
			auth = Auth{Username: u.User.Username(), Password: clean.Secret(password)}
		}
		u.User = nil
		nodes = append(nodes, u)
	}
	who, err := accessOf(auth, cfg.Signer)
	return nodes, who, err
}

// checkIndex refuses what no index may be called and what would change the path
// of the request.
func checkIndex(index string) error {
	if strings.ContainsAny(index, "/\\?#\"<>|% \t\r\n") || strings.HasPrefix(index, "_") {
		return fmt.Errorf("index %q: want names or patterns such as logstash-*, separated by commas", clean.Line(index))
	}
	return nil
}
