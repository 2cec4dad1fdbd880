// A service with HashiCorp's own client: registers itself, keeps its heartbeat, discovers others, follows one of them, and says what it saw.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/hashicorp/consul/api"
)

func must[Value any](value Value, err error) Value {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func check(err error) { must(0, err) }

func main() {
	client := must(api.NewClient(&api.Config{Address: os.Args[1]}))
	agent, health, catalog := client.Agent(), client.Health(), client.Catalog()
	seen := map[string]any{}

	// Registered elsewhere, discovered here.
	entries, _, err := health.Service("payments", "", true, nil)
	check(err)
	seen["payments"] = placesOf(entries)
	services, _, err := catalog.Services(nil)
	check(err)
	seen["tags"] = services["payments"]

	// Registered here, to be discovered elsewhere.
	check(agent.ServiceRegister(&api.AgentServiceRegistration{
		Name: "orders", Port: 7000, Address: "127.0.0.1", Tags: []string{"blue"}, Meta: map[string]string{"team": "shop"},
		Check: &api.AgentServiceCheck{TTL: "30s", DeregisterCriticalServiceAfter: "10m"},
	}))
	check(agent.UpdateTTL("service:orders", "well", api.HealthPassing))
	status, info, err := agent.AgentHealthServiceByID("orders")
	check(err)
	seen["orders"] = []string{status, info.Checks[0].Output}
	check(agent.EnableServiceMaintenance("orders", "a new disk"))
	status, _, err = agent.AgentHealthServiceByID("orders")
	check(err)
	seen["maintained"] = status
	check(agent.DisableServiceMaintenance("orders"))

	// A row for somebody who cannot speak for himself.
	must(catalog.Register(&api.CatalogRegistration{
		Node: "db-1", Address: "10.1.0.1", Datacenter: "dc1",
		Service: &api.AgentService{ID: "pg", Service: "postgres", Port: 5432},
		Check:   &api.AgentCheck{Node: "db-1", CheckID: "service:pg", Name: "is there", Status: api.HealthPassing, ServiceID: "pg"},
	}, nil))

	// Waits for a change of payments: whoever looks from elsewhere makes one when it hears of this.
	_, meta, err := health.Service("payments", "", true, nil)
	check(err)
	fmt.Println("waiting")
	began := time.Now()
	entries, later, err := health.Service("payments", "", true, &api.QueryOptions{WaitIndex: meta.LastIndex, WaitTime: 20 * time.Second})
	check(err)
	seen["after"] = placesOf(entries)
	seen["moved"] = later.LastIndex > meta.LastIndex && time.Since(began) < 19*time.Second
	check(json.NewEncoder(os.Stdout).Encode(seen))

	// Whoever looks from elsewhere has its turn until the input ends.
	os.Stdin.Read(make([]byte, 1))
	check(agent.ServiceDeregister("orders"))
	must(catalog.Deregister(&api.CatalogDeregistration{Node: "db-1"}, nil))
}

func placesOf(entries []*api.ServiceEntry) []string {
	places := []string{}
	for _, entry := range entries {
		host := entry.Service.Address
		if host == "" {
			host = entry.Node.Address
		}
		places = append(places, fmt.Sprintf("%s:%d", host, entry.Service.Port))
	}
	sort.Strings(places)
	return places
}
