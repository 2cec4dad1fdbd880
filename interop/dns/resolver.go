// Asks a registry as programs in Go do, and prints what it heard as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"sort"
)

func main() {
	at := os.Args[1]
	resolver := &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, at)
		},
	}
	ctx := context.Background()
	hosts, err := resolver.LookupHost(ctx, "payments.service.rollcall.")
	check(err)
	sort.Strings(hosts)
	_, services, err := resolver.LookupSRV(ctx, "payments", "tcp", "service.rollcall.")
	check(err)
	_, many, err := resolver.LookupSRV(ctx, "", "", "many.service.rollcall.")
	check(err)
	_, err = resolver.LookupHost(ctx, "nobody.service.rollcall.")
	var missing *net.DNSError
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"hosts":  hosts,
		"srv":    len(services),
		"many":   len(many),
		"nobody": errors.As(err, &missing) && missing.IsNotFound,
	}))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
