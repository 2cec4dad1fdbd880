package main

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// watches tell of what comes, from now and from the past, filtered, with what was before, and of what is forgotten.
func watches(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began, err := client.Put(ctx, "watches/begin", "x")
	if err != nil {
		return nil, err
	}
	all := client.Watch(ctx, "watches/", clientv3.WithPrefix(), clientv3.WithPrevKV(), clientv3.WithCreatedNotify())
	seen["created"] = (<-all).Created
	deletes := client.Watch(ctx, "watches/", clientv3.WithPrefix(), clientv3.WithFilterPut())
	puts := client.Watch(ctx, "watches/a", clientv3.WithFilterDelete())
	fragments := client.Watch(ctx, "watches/", clientv3.WithPrefix(), clientv3.WithFragment())

	if _, err := client.Put(ctx, "watches/a", "1"); err != nil {
		return nil, err
	}
	if _, err := client.Put(ctx, "watches/a", "2"); err != nil {
		return nil, err
	}
	if _, err := client.Txn(ctx).Then(clientv3.OpPut("watches/b", "3"), clientv3.OpDelete("watches/a"), clientv3.OpPut("watches/c", "4")).Commit(); err != nil {
		return nil, err
	}
	last, err := client.Delete(ctx, "watches/", clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	seen["all"] = events(all, 8, began.Header.Revision)
	seen["deletes"] = events(deletes, 4, began.Header.Revision)
	seen["puts"] = events(puts, 2, began.Header.Revision)
	seen["fragments"] = len(events(fragments, 8, began.Header.Revision))
	past := client.Watch(ctx, "watches/", clientv3.WithPrefix(), clientv3.WithRev(began.Header.Revision+1), clientv3.WithPrevKV())
	seen["past"] = events(past, 8, began.Header.Revision)

	progress := client.Watch(ctx, "watches/none", clientv3.WithCreatedNotify(), clientv3.WithProgressNotify())
	<-progress
	if err := client.RequestProgress(ctx); err != nil {
		return nil, err
	}
	sign := <-progress
	seen["progress"] = sign.IsProgressNotify() && sign.Header.Revision >= last.Header.Revision

	if _, err := client.Compact(ctx, last.Header.Revision); err != nil {
		return nil, err
	}
	_, again := client.Compact(ctx, last.Header.Revision)
	seen["compacted again"] = said(again)
	forgotten := client.Watch(ctx, "watches/", clientv3.WithPrefix(), clientv3.WithRev(began.Header.Revision+1))
	for response := range forgotten {
		if response.Canceled {
			seen["forgotten"] = row{"why": said(response.Err()), "can be had": response.CompactRevision == last.Header.Revision}
		}
	}
	_, old := client.Get(ctx, "watches/a", clientv3.WithRev(began.Header.Revision))
	seen["read of the past"] = said(old)
	return seen, nil
}

// events are the next so many, each with its revision since the beginning and what was before.
func events(channel clientv3.WatchChan, many int, began int64) []string {
	told := []string{}
	for len(told) < many {
		response, open := <-channel
		if !open || response.Err() != nil {
			return append(told, fmt.Sprint("ended: ", response.Err()))
		}
		for _, event := range response.Events {
			line := fmt.Sprintf("%d %s %s=%s", event.Kv.ModRevision-began, event.Type, event.Kv.Key, event.Kv.Value)
			if event.PrevKv != nil {
				line += fmt.Sprintf(" after %s@%d", event.PrevKv.Value, event.PrevKv.ModRevision-began)
			}
			told = append(told, line)
		}
	}
	return told
}
