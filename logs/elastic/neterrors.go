package elastic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"gantry/internal/fault"
)

// transportError classifies a request that got no answer.
func transportError(op string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, errTooLarge) {
		return &fault.Error{Class: fault.Failed, Op: op, Err: errTooLarge, Fix: "choose a smaller page or a shorter range"}
	}
	var unsigned *signError
	if errors.As(err, &unsigned) {
		return unsignedError(op, unsigned.error)
	}
	return &fault.Error{Class: fault.Offline, Op: op, Err: errors.New(quote(err.Error())), Fix: connectionFix(err)}
}

// unsignedError is the failure of a request that could not be signed, in the
// words of the signer.
func unsignedError(op string, err error) error {
	e := &fault.Error{Class: fault.ClassOf(err), Op: op}
	var own *fault.Error
	if errors.As(err, &own) && own.Err != nil {
		e.Fix, err = own.Fix, own.Err
	}
	e.Err = fmt.Errorf("the request cannot be signed: %s", quote(err.Error()))
	return e
}

// connectionFix says what to do about a connection that failed.
func connectionFix(err error) string {
	if fix := certificateFix(err); fix != "" {
		return fix
	}
	var (
		record tls.RecordHeaderError
		name   *net.DNSError
		op     *net.OpError
	)
	switch {
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the store speaks plain HTTP: use an http:// address"
	case errors.As(err, &op) && op.Op == "remote error": // a TLS alert of the store's
		return "the store refused the TLS connection: it may want a client certificate, or another one"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "check the proxy of HTTP_PROXY and HTTPS_PROXY, or name the store's host in NO_PROXY"
	case errors.As(err, &name):
		return "check the host name in the address"
	}
	return "check the address and that the store is up"
}

// certificateFix says what to do about a certificate that was refused; it is
// empty when another thing failed.
func certificateFix(err error) string {
	var (
		pinned    *pinError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &pinned):
		return "set the fingerprint that the store prints now, if its certificate was renewed; if not, something else answers there"
	case errors.As(err, &authority):
		return "give the CA file of the store's certificate, or its fingerprint"
	case errors.As(err, &hostname):
		return "use the name that the certificate is made for"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the store's certificate has to be renewed, or this machine's clock set"
	case errors.As(err, &invalid):
		return "the store's certificate has to be replaced"
	}
	return ""
}
