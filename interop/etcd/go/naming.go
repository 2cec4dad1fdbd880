package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
	"go.etcd.io/etcd/client/v3/naming/resolver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	health_pb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
)

// serve starts a server of gRPC that is healthy, and answers where.
func serve() (string, func(), error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := grpc.NewServer()
	health_pb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String(), server.Stop, nil
}

func dial(client *clientv3.Client, service string) (*grpc.ClientConn, error) {
	builder, err := resolver.NewBuilder(client)
	if err != nil {
		return nil, err
	}
	return grpc.NewClient("etcd:///"+service, grpc.WithResolvers(builder), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`))
}

// tally is who answered how often. Whoever is there but knows no health has answered too.
func tally(ctx context.Context, conn *grpc.ClientConn, calls int) map[string]int {
	counts := map[string]int{}
	for call := 0; call < calls; call++ {
		var who peer.Peer
		limited, cancel := context.WithTimeout(ctx, time.Second)
		_, _ = health_pb.NewHealthClient(conn).Check(limited, &health_pb.HealthCheckRequest{}, grpc.Peer(&who))
		cancel()
		if who.Addr != nil {
			counts[who.Addr.String()]++
		}
	}
	return counts
}

// naming is a service whose servers come and go, seen by the list, by a watch, and by a client with round robin.
func naming(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	at := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		address, stop, err := serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		at[name] = address
	}
	named := func(counts map[string]int) map[string]int {
		found := map[string]int{}
		for name, address := range at {
			if counts[address] > 0 {
				found[name] = counts[address]
			}
		}
		return found
	}
	manager, err := endpoints.NewManager(client, "go/shop")
	if err != nil {
		return nil, err
	}
	lease, err := client.Grant(ctx, 30)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"a", "b"} {
		if err := manager.AddEndpoint(ctx, "go/shop/"+name, endpoints.Endpoint{Addr: at[name], Metadata: "the " + name}, clientv3.WithLease(lease.ID)); err != nil {
			return nil, err
		}
	}
	channel, err := manager.NewWatchChannel(ctx)
	if err != nil {
		return nil, err
	}
	updates := func(many int) []string {
		told := []string{}
		for len(told) < many {
			select {
			case <-ctx.Done():
				return append(told, "no more came")
			case batch := <-channel:
				for _, one := range batch {
					told = append(told, fmt.Sprintf("%d %s", one.Op, one.Key))
				}
			}
		}
		sort.Strings(told)
		return told
	}
	seen["first"] = updates(2)
	conn, err := dial(client, "go/shop")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	seen["both answer"] = until(ctx, func() bool { return len(tally(ctx, conn, 4)) == 2 })
	seen["in turn"] = named(tally(ctx, conn, 20))
	// One revision for both: nobody sees the one without the other.
	if err := manager.Update(ctx, []*endpoints.UpdateWithOpts{
		endpoints.NewAddUpdateOpts("go/shop/c", endpoints.Endpoint{Addr: at["c"]}, clientv3.WithLease(lease.ID)),
		endpoints.NewDeleteUpdateOpts("go/shop/a"),
	}); err != nil {
		return nil, err
	}
	seen["then"] = updates(2)
	seen["moved"] = until(ctx, func() bool { counts := named(tally(ctx, conn, 4)); return counts["b"] == 2 && counts["c"] == 2 })
	list, err := manager.List(ctx)
	if err != nil {
		return nil, err
	}
	listed := []string{}
	for key, one := range list {
		metadata, _ := json.Marshal(one.Metadata)
		listed = append(listed, fmt.Sprintf("%s %t %s", key, one.Addr != "", metadata))
	}
	sort.Strings(listed)
	seen["listed"] = listed
	seen["elsewhere"] = said(manager.AddEndpoint(ctx, "somewhere/else", endpoints.Endpoint{Addr: at["a"]}))
	if _, err := client.Revoke(ctx, lease.ID); err != nil {
		return nil, err
	}
	seen["at last"] = updates(2)
	return seen, nil
}

// register is a server that stays until its input ends, as a program that is killed would.
func register(ctx context.Context, client *clientv3.Client, service, address string, ttl int64) error {
	manager, err := endpoints.NewManager(client, service)
	if err != nil {
		return err
	}
	lease, err := client.Grant(ctx, ttl)
	if err != nil {
		return err
	}
	alive, err := client.KeepAlive(ctx, lease.ID)
	if err != nil {
		return err
	}
	go func() {
		for range alive {
		}
	}()
	if err := manager.AddEndpoint(ctx, service+"/"+address, endpoints.Endpoint{Addr: address, Metadata: `{"from":"go"}`}, clientv3.WithLease(lease.ID)); err != nil {
		return err
	}
	fmt.Println("registered")
	_, _ = io.Copy(io.Discard, os.Stdin)
	_, err = client.Revoke(ctx, lease.ID)
	return err
}

// resolve prints a line whenever somebody else answers a client with round robin than before.
func resolve(ctx context.Context, client *clientv3.Client, service string) error {
	conn, err := dial(client, service)
	if err != nil {
		return err
	}
	defer conn.Close()
	before := ""
	for ctx.Err() == nil {
		who := []string{}
		for address := range tally(ctx, conn, 6) {
			who = append(who, address)
		}
		sort.Strings(who)
		line, _ := json.Marshal(who)
		if string(line) != before {
			fmt.Println(string(line))
			before = string(line)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}
