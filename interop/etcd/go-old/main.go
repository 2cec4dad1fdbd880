// Command interop-old does with an etcd what Go programs of etcd's first naming do, as it was until 3.4: addresses are keys, and who
// has gone is read from what was there before. It prints what it saw as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sort"
	"time"

	"go.etcd.io/etcd/clientv3"
	etcdnaming "go.etcd.io/etcd/clientv3/naming"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	health_pb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/naming"
	"google.golang.org/grpc/peer"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{os.Args[1]}, DialTimeout: 5 * time.Second})
	must(err)
	defer client.Close()
	at := map[string]string{}
	for _, name := range []string{"a", "b"} {
		at[name] = serve()
	}
	resolver := &etcdnaming.GRPCResolver{Client: client}
	lease, err := client.Grant(ctx, 30)
	must(err)
	must(resolver.Update(ctx, "old/shop", naming.Update{Op: naming.Add, Addr: at["a"], Metadata: "the first"}, clientv3.WithLease(lease.ID)))
	watcher, err := resolver.Resolve("old/shop")
	must(err)
	seen := map[string]interface{}{"first": next(watcher, at)}
	must(resolver.Update(ctx, "old/shop", naming.Update{Op: naming.Add, Addr: at["b"]}))
	seen["then"] = next(watcher, at)

	conn, err := grpc.DialContext(ctx, "old/shop", grpc.WithInsecure(), grpc.WithBalancer(grpc.RoundRobin(resolver)), grpc.WithBlock(), grpc.WithAuthority("shop"))
	must(err)
	seen["both answer"] = until(func() bool { return len(tally(ctx, conn, at, 4)) == 2 })
	seen["in turn"] = tally(ctx, conn, at, 20)
	must(resolver.Update(ctx, "old/shop", naming.Update{Op: naming.Delete, Addr: at["b"]}))
	seen["deleted"] = next(watcher, at)
	seen["one answers"] = until(func() bool { return tally(ctx, conn, at, 4)["a"] == 4 })
	// The end of a lease tells who it was, too.
	_, err = client.Revoke(ctx, lease.ID)
	must(err)
	seen["revoked"] = next(watcher, at)
	must(json.NewEncoder(os.Stdout).Encode(seen))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	server := grpc.NewServer()
	health_pb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String()
}

// next are the next updates, by the names of who they are of.
func next(watcher naming.Watcher, at map[string]string) []string {
	updates, err := watcher.Next()
	must(err)
	told := []string{}
	for _, one := range updates {
		for name, address := range at {
			if address == one.Addr {
				told = append(told, fmt.Sprintf("%d %s %v", one.Op, name, one.Metadata))
			}
		}
	}
	sort.Strings(told)
	return told
}

func tally(ctx context.Context, conn *grpc.ClientConn, at map[string]string, calls int) map[string]int {
	counts := map[string]int{}
	for call := 0; call < calls; call++ {
		var who peer.Peer
		limited, cancel := context.WithTimeout(ctx, time.Second)
		_, _ = health_pb.NewHealthClient(conn).Check(limited, &health_pb.HealthCheckRequest{}, grpc.Peer(&who))
		cancel()
		for name, address := range at {
			if who.Addr != nil && who.Addr.String() == address {
				counts[name]++
			}
		}
	}
	return counts
}

func until(holds func() bool) bool {
	for wait := 0; wait < 200; wait++ {
		if holds() {
			return true
		}
		time.Sleep(25 * time.Millisecond)
	}
	return false
}
