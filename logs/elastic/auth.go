package elastic

import (
	"encoding/base64"
	"errors"
	"strings"

	"gantry/internal/clean"
)

// Auth holds credentials. One kind at most may be set.
type Auth struct {
	Username string
	Password clean.Secret
	// APIKey is the encoded form, as Kibana shows it, or id:key.
	APIKey clean.Secret
	Bearer clean.Secret
}

// identification is how requests say who sends them.
type identification uint8

const (
	anonymous identification = iota
	byPassword
	byAPIKey
	byBearer
	bySignature
)

// String returns the words for it, none for nothing.
func (i identification) String() string {
	return [...]string{anonymous: "", byPassword: "user and password", byAPIKey: "API key", byBearer: "bearer token", bySignature: "AWS signature"}[i]
}

// access is what every request carries to be let in.
type access struct {
	kind   identification
	header string // the Authorization header's value; empty sends none
	signer Signer // set when kind is bySignature
}

// accessOf checks credentials and makes of them what requests carry.
func accessOf(a Auth, signer Signer) (access, error) {
	var all []access
	if a.Username != "" || a.Password != "" {
		pair := a.Username + ":" + a.Password.Reveal()
		all = append(all, access{kind: byPassword, header: "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))})
	}
	if key := a.APIKey.Reveal(); key != "" {
		if strings.Contains(key, ":") {
			key = base64.StdEncoding.EncodeToString([]byte(key))
		}
		all = append(all, access{kind: byAPIKey, header: "ApiKey " + key})
	}
	if a.Bearer != "" {
		all = append(all, access{kind: byBearer, header: "Bearer " + a.Bearer.Reveal()})
	}
	if signer != nil {
		all = append(all, access{kind: bySignature, signer: signer})
	}
	switch {
	case len(all) == 0:
		return access{}, nil
	case len(all) > 1:
		return access{}, errors.New("more than one kind of credentials is set: keep one of user and password, API key, bearer token, AWS signature")
	case strings.ContainsAny(all[0].header, "\r\n"):
		return access{}, errors.New("the credentials contain a line break")
	}
	return all[0], nil
}

// unaccepted says what to do when the store does not accept who sends. Nothing
// follows a word such as password in it that would look like one.
func (a access) unaccepted() string {
	switch a.kind {
	case byPassword:
		return "check user and password of the log store"
	case byAPIKey:
		return "check the API key of the log store, which may have expired or been invalidated"
	case byBearer:
		return "renew the bearer token of the log store, which may have expired"
	case bySignature:
		return "check that the address is of a domain or a collection of Amazon OpenSearch"
	case anonymous:
	}
	return "check the log store's credentials, of which none are set"
}

// unauthorized says what to do when the store knows who sends and refuses.
func (a access) unauthorized() string {
	if a.kind == bySignature {
		return "allow es:ESHttpGet and es:ESHttpPost in the domain's access policy, or aoss:APIAccessAll and, in the collection's data access policy, aoss:DescribeIndex and aoss:ReadDocument"
	}
	return "these credentials need read and view_index_metadata on the index"
}
