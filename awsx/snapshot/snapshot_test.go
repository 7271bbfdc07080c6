package snapshot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gantry/awsx/snapshot"
)

// taken is a document with a secret that recurs, and with account numbers in all the
// places in which they stand.
func taken() *snapshot.Document {
	raw := func(s string) []json.RawMessage { return []json.RawMessage{json.RawMessage(s)} }
	return &snapshot.Document{
		Format: snapshot.Format, Version: snapshot.Version, Taken: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Account: "604019283746",
		Entities: map[string][]json.RawMessage{
			snapshot.Definitions: raw(`{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:604019283746:task-definition/till:4","containerDefinitions":[{"name":"till","image":"715120394857.dkr.ecr.eu-west-1.amazonaws.com/till:3","environment":[{"name":"DB_PASSWORD","value":"v3rySecretW0rd"},{"name":"OWNER","value":"826231405968"}],"command":["serve","--dsn=v3rySecretW0rd"]}]}`),
			snapshot.Services:    raw(`{"serviceArn":"arn:aws:ecs:eu-west-1:604019283746:service/shop/till","events":[{"message":"could not assume arn:aws:iam::937342516079:role/till with v3rySecretW0rd, see 6040-1928-3746"}],"createdAt":1700000000123}`),
			snapshot.Tasks:       raw(`{"taskArn":"arn:t","attachments":[{"type":"ElasticNetworkInterface","details":[{"name":"privateDnsName","value":"ip-10-20-0-7.internal"},{"name":"privateIPv4Address","value":"10.20.0.7"}]}]}`),
			snapshot.Health:      raw(`{"TargetGroupArn":"arn:tg","TargetHealthDescriptions":[{"Target":{"Id":"10.20.0.7"}}]}`),
			snapshot.Tags:        raw(`{"ResourceArn":"arn:tg","Tags":[{"Key":"api-token","Value":"t4gs-h1dd3n-w0rd"}]}`),
		},
		Lines: []snapshot.Line{{Container: "till", Message: "connecting with v3rySecretW0rd from account 715120394857"}},
	}
}

func TestASecretIsHiddenWhereverItStandsInASnapshot(t *testing.T) {
	masked, err := taken().Bytes(snapshot.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"v3rySecretW0rd", "t4gs-h1dd3n-w0rd"} {
		if strings.Contains(string(masked), secret) {
			t.Errorf("%s is in\n%s", secret, masked)
		}
	}
	for _, kept := range []string{"715120394857.dkr.ecr.eu-west-1.amazonaws.com/till:3", "arn:aws:ecs:eu-west-1:604019283746:service/shop/till", "1700000000123", `"value": "10.20.0.7"`, `"Id": "10.20.0.7"`} {
		if !strings.Contains(string(masked), kept) {
			t.Errorf("%s is not in\n%s", kept, masked)
		}
	}
	revealed, err := taken().Bytes(snapshot.Options{Reveal: true})
	if err != nil || strings.Count(string(revealed), "v3rySecretW0rd") != 4 {
		t.Errorf("%v\n%s", err, revealed)
	}
}

func TestAccountNumbersAreReplacedEachByTheSame(t *testing.T) {
	out, err := taken().Bytes(snapshot.Options{Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"604019283746", "715120394857", "826231405968", "937342516079", "6040-1928-3746"} {
		if strings.Contains(string(out), number) {
			t.Errorf("%s is in\n%s", number, out)
		}
	}
	d, err := snapshot.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	hyphened := d.Account[:4] + "-" + d.Account[4:8] + "-" + d.Account[8:]
	for text, times := range map[string]int{d.Account: 3, hyphened: 1, "1700000000123": 1} {
		if got := strings.Count(string(out), text); got != times {
			t.Errorf("%s stands %d times, not %d\n%s", text, got, times, out)
		}
	}
}
