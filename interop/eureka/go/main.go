// fargo as it is: comes, beats, finds who is there, says how it is, and leaves.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/hudl/fargo"
	"github.com/op/go-logging"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	logging.SetLevel(logging.ERROR, "fargo")
	connection := fargo.NewConn(os.Args[1])
	connection.PollInterval = time.Second
	said := map[string]interface{}{}
	for _, asJSON := range []bool{true, false} {
		connection.UseJson = asJSON
		one := &fargo.Instance{
			InstanceId:     "go-1",
			HostName:       "go.example",
			App:            "GOAPP",
			IPAddr:         "127.0.0.1",
			VipAddress:     "goapp.example",
			Port:           9999,
			PortEnabled:    true,
			Status:         fargo.UP,
			DataCenterInfo: fargo.DataCenterInfo{Name: fargo.MyOwn},
		}
		one.SetMetadataString("colour", "blue")
		must(connection.RegisterInstance(one))
		must(connection.HeartBeatInstance(one))
		found, err := connection.GetInstance("GOAPP", "go-1")
		must(err)
		colour, err := found.Metadata.GetString("colour")
		must(err)
		apps, err := connection.GetApps()
		must(err)
		others, err := connection.GetInstancesByVIPAddress("payments", false)
		must(err)
		must(connection.UpdateInstanceStatus(one, fargo.OUTOFSERVICE))
		app, err := connection.GetApp("GOAPP")
		must(err)
		must(connection.DeregisterInstance(one))
		again := connection.HeartBeatInstance(one)
		said[fmt.Sprintf("json %v", asJSON)] = []interface{}{found.Port, colour, len(apps), others[0].IPAddr, app.Instances[0].Status, again != nil}
	}
	must(json.NewEncoder(os.Stdout).Encode(said))
}
