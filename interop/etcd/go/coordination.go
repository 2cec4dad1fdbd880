package main

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

// coordination locks, elects and counts, with two of everything.
func coordination(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	one, err := concurrency.NewSession(client, concurrency.WithTTL(5))
	if err != nil {
		return nil, err
	}
	defer one.Close()
	other, err := concurrency.NewSession(client, concurrency.WithTTL(5))
	if err != nil {
		return nil, err
	}
	mine, theirs := concurrency.NewMutex(one, "go/lock"), concurrency.NewMutex(other, "go/lock")
	if err := mine.Lock(ctx); err != nil {
		return nil, err
	}
	seen["tried"] = said(theirs.TryLock(ctx))
	got := make(chan error, 1)
	go func() { got <- theirs.Lock(ctx) }()
	select {
	case <-got:
		seen["waits"] = false
	case <-time.After(200 * time.Millisecond):
		seen["waits"] = true
	}
	if err := mine.Unlock(ctx); err != nil {
		return nil, err
	}
	seen["got"] = said(<-got)
	// Whoever goes away lets go of what it holds.
	if err := other.Close(); err != nil {
		return nil, err
	}
	seen["free again"] = said(mine.TryLock(ctx))
	seen["election"], err = election(ctx, client, one)
	if err != nil {
		return nil, err
	}
	counted := make(chan error, 4)
	for range 4 {
		go func() {
			_, err := concurrency.NewSTM(client, func(stm concurrency.STM) error {
				stm.Put("go/count", stm.Get("go/count")+"x")
				return nil
			})
			counted <- err
		}()
	}
	for range 4 {
		if err := <-counted; err != nil {
			return nil, err
		}
	}
	total, err := client.Get(ctx, "go/count")
	if err != nil {
		return nil, err
	}
	seen["counted"] = string(total.Kvs[0].Value)
	return seen, nil
}

func election(ctx context.Context, client *clientv3.Client, session *concurrency.Session) (any, error) {
	second, err := concurrency.NewSession(client, concurrency.WithTTL(5))
	if err != nil {
		return nil, err
	}
	defer second.Close()
	first, next := concurrency.NewElection(session, "go/election"), concurrency.NewElection(second, "go/election")
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := first.Campaign(ctx, "first"); err != nil {
		return nil, err
	}
	observed := next.Observe(watching)
	told := []string{string((<-observed).Kvs[0].Value)}
	won := make(chan error, 1)
	go func() { won <- next.Campaign(ctx, "next") }()
	if err := first.Proclaim(ctx, "first, still"); err != nil {
		return nil, err
	}
	told = append(told, string((<-observed).Kvs[0].Value))
	if err := first.Resign(ctx); err != nil {
		return nil, err
	}
	if err := <-won; err != nil {
		return nil, err
	}
	told = append(told, string((<-observed).Kvs[0].Value))
	leader, err := next.Leader(ctx)
	if err != nil {
		return nil, err
	}
	return row{"observed": told, "leader": fmt.Sprintf("%s", leader.Kvs[0].Value)}, nil
}
