// Command interop does with an etcd what Go programs do: clientv3, its naming for gRPC, its locks and elections. It prints what
// it saw as JSON, so that two etcds can be compared by it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Each story stands for itself, and begins with what the one before left.
var stories = map[string]func(context.Context, *clientv3.Client) (any, error){
	"keys":         keys,
	"leases":       leases,
	"watches":      watches,
	"refusals":     refusals,
	"cluster":      cluster,
	"naming":       naming,
	"coordination": coordination,
}

func main() {
	endpoint, what := os.Args[1], os.Args[2]
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, DialTimeout: 5 * time.Second, Logger: zap.NewNop()})
	must(err)
	defer client.Close()
	if what == "register" {
		ttl, err := strconv.ParseInt(os.Args[5], 10, 64)
		must(err)
		must(register(ctx, client, os.Args[3], os.Args[4], ttl))
		return
	}
	if what == "resolve" {
		must(resolve(ctx, client, os.Args[3]))
		return
	}
	seen, err := stories[what](ctx, client)
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(seen))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// said is what an error says, or that there was none.
func said(err error) string {
	if err == nil {
		return "nothing"
	}
	return err.Error()
}

func until(ctx context.Context, holds func() bool) bool {
	for wait := 0; wait < 200; wait++ {
		if holds() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(25 * time.Millisecond):
		}
	}
	return false
}
