package sdk

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sdk/access"
)

func TestTheClockOfTheServiceIsRead(t *testing.T) {
	skewed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><UserId>x</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	})
	server := httptest.NewServer(skewed)
	defer server.Close()
	o := NewStatic(access.Options{}, access.Static{Region: "eu-west-1", AccessKey: "a", SecretKey: "b", Endpoint: server.URL})
	c, err := o.Clock(context.Background(), awsx.ContextID{})
	if ahead := c.Server.Sub(c.Local).Round(5 * time.Second); err != nil || ahead != 90*time.Second {
		t.Errorf("the service is %s ahead (%v): %+v", ahead, err, c)
	}
}
