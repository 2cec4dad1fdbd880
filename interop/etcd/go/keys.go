package main

import (
	"context"
	"errors"
	"sort"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

type row map[string]any

func listed(response *clientv3.GetResponse) []row {
	rows := []row{}
	for _, kv := range response.Kvs {
		rows = append(rows, row{"key": string(kv.Key), "value": string(kv.Value), "version": kv.Version, "created": kv.CreateRevision, "changed": kv.ModRevision})
	}
	return rows
}

// keys puts, reads with every option, deletes, and decides in transactions. Revisions are told from where they began.
func keys(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	first, err := client.Put(ctx, "keys/0", "zero")
	if err != nil {
		return nil, err
	}
	began := first.Header.Revision
	since := func(rows []row) []row {
		for _, one := range rows {
			one["created"] = one["created"].(int64) - began
			one["changed"] = one["changed"].(int64) - began
		}
		return rows
	}
	get := func(name, key string, options ...clientv3.OpOption) {
		response, err := client.Get(ctx, key, options...)
		if err != nil {
			seen[name] = said(err)
			return
		}
		seen[name] = row{"kvs": since(listed(response)), "count": response.Count, "more": response.More, "revision": response.Header.Revision - began}
	}
	for _, pair := range [][2]string{{"keys/b", "2"}, {"keys/a", "1"}, {"keys/c", "3"}, {"keys/a", "one"}, {"keys", "none"}} {
		if _, err := client.Put(ctx, pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	get("one", "keys/a")
	get("absent", "keys/x")
	get("prefix", "keys/", clientv3.WithPrefix())
	get("limited", "keys/", clientv3.WithPrefix(), clientv3.WithLimit(2))
	get("counted", "keys/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	get("only keys", "keys/", clientv3.WithPrefix(), clientv3.WithKeysOnly())
	get("descending", "keys/", clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend))
	get("by value", "keys/", clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByValue, clientv3.SortAscend))
	get("by change", "keys/", clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByModRevision, clientv3.SortDescend), clientv3.WithLimit(1))
	get("from key", "keys/b", clientv3.WithFromKey(), clientv3.WithLimit(2))
	get("range", "keys/a", clientv3.WithRange("keys/c"))
	get("past", "keys/a", clientv3.WithRev(began+2))
	get("changed since", "keys/", clientv3.WithPrefix(), clientv3.WithMinModRev(began+3))
	get("created until", "keys/", clientv3.WithPrefix(), clientv3.WithMaxCreateRev(began+1))
	get("serializable", "keys/a", clientv3.WithSerializable())
	get("future", "keys/a", clientv3.WithRev(began+1000))

	put, err := client.Put(ctx, "keys/a", "uno", clientv3.WithPrevKV())
	if err != nil {
		return nil, err
	}
	seen["before"] = string(put.PrevKv.Value)
	_, err = client.Put(ctx, "keys/a", "", clientv3.WithIgnoreValue())
	seen["kept value"] = said(err)
	get("kept", "keys/a")
	deleted, err := client.Delete(ctx, "keys/", clientv3.WithPrefix(), clientv3.WithPrevKV())
	if err != nil {
		return nil, err
	}
	before := []string{}
	for _, kv := range deleted.PrevKvs {
		before = append(before, string(kv.Key)+"="+string(kv.Value))
	}
	seen["deleted"] = row{"count": deleted.Deleted, "before": before}
	again, err := client.Delete(ctx, "keys/", clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	seen["deleted again"] = row{"count": again.Deleted, "moved": again.Header.Revision - deleted.Header.Revision}
	seen["transactions"], err = transactions(ctx, client)
	return seen, err
}

func transactions(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	yes, err := client.Txn(ctx).
		If(clientv3.Compare(clientv3.Version("txn/a"), "=", 0), clientv3.Compare(clientv3.CreateRevision("txn/"), "=", 0).WithPrefix()).
		Then(clientv3.OpPut("txn/a", "1"), clientv3.OpPut("txn/b", "2"), clientv3.OpGet("txn/", clientv3.WithPrefix())).
		Else(clientv3.OpGet("txn/a")).Commit()
	if err != nil {
		return nil, err
	}
	inner := yes.Responses[2].GetResponseRange()
	seen["taken"] = row{"succeeded": yes.Succeeded, "reads its own": len(inner.Kvs), "one revision": inner.Kvs[0].ModRevision == inner.Kvs[1].ModRevision}
	no, err := client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision("txn/a"), ">", yes.Header.Revision)).
		Then(clientv3.OpPut("txn/a", "never")).
		Else(clientv3.OpGet("txn/a"), clientv3.OpTxn(
			[]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision("txn/b"), "=", yes.Header.Revision)},
			[]clientv3.Op{clientv3.OpDelete("txn/b", clientv3.WithPrevKV())},
			nil)).Commit()
	if err != nil {
		return nil, err
	}
	nested := no.Responses[1].GetResponseTxn()
	gone := nested.Responses[0].GetResponseDeleteRange()
	seen["refused"] = row{"succeeded": no.Succeeded, "nested": nested.Succeeded, "deleted": gone.Deleted, "before": string(gone.PrevKvs[0].Value)}
	return seen, nil
}

// leases are granted, kept, attached to, looked at and revoked, and end by themselves.
func leases(ctx context.Context, client *clientv3.Client) (any, error) {
	seen := row{}
	granted, err := client.Grant(ctx, 60)
	if err != nil {
		return nil, err
	}
	seen["granted"] = granted.TTL
	seen["large id"] = granted.ID > 1<<40
	for _, key := range []string{"leases/b", "leases/a"} {
		if _, err := client.Put(ctx, key, "x", clientv3.WithLease(granted.ID)); err != nil {
			return nil, err
		}
	}
	kept, err := client.KeepAliveOnce(ctx, granted.ID)
	if err != nil {
		return nil, err
	}
	seen["kept"] = kept.TTL
	alive, err := client.KeepAlive(ctx, granted.ID)
	if err != nil {
		return nil, err
	}
	seen["keeps"] = (<-alive).TTL
	looked, err := client.TimeToLive(ctx, granted.ID, clientv3.WithAttachedKeys())
	if err != nil {
		return nil, err
	}
	attached := []string{}
	for _, key := range looked.Keys {
		attached = append(attached, string(key))
	}
	sort.Strings(attached)
	seen["looked at"] = row{"granted": looked.GrantedTTL, "left": looked.TTL > 50 && looked.TTL <= 60, "keys": attached}
	listed, err := client.Leases(ctx)
	if err != nil {
		return nil, err
	}
	seen["listed"] = len(listed.Leases)

	short, err := client.Grant(ctx, 1)
	if err != nil {
		return nil, err
	}
	seen["shortest is longer"] = short.TTL >= 1 && short.TTL <= 2
	ended := client.Watch(ctx, "leases/short", clientv3.WithPrevKV(), clientv3.WithPrefix())
	if _, err := client.Put(ctx, "leases/short/1", "x", clientv3.WithLease(short.ID)); err != nil {
		return nil, err
	}
	if _, err := client.Put(ctx, "leases/short/2", "y", clientv3.WithLease(short.ID)); err != nil {
		return nil, err
	}
	seen["ended"] = deletions(ctx, ended)
	unknown, err := client.TimeToLive(ctx, short.ID)
	if err != nil {
		return nil, err
	}
	seen["unknown"] = unknown.TTL
	_, err = client.KeepAliveOnce(ctx, short.ID)
	seen["unknown kept"] = said(err)

	if _, err := client.Revoke(ctx, granted.ID); err != nil {
		return nil, err
	}
	left, err := client.Get(ctx, "leases/", clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	seen["left behind"] = left.Count
	return seen, nil
}

// deletions tells of the first message with some: what it says was there, and whether it was all at once.
func deletions(ctx context.Context, channel clientv3.WatchChan) any {
	for {
		select {
		case <-ctx.Done():
			return "nothing came"
		case response := <-channel:
			before := []string{}
			for _, event := range response.Events {
				if event.Type == clientv3.EventTypeDelete {
					before = append(before, string(event.Kv.Key)+"="+string(event.PrevKv.Value))
				}
			}
			if len(before) > 0 {
				return before
			}
		}
	}
}

// refusals are the words that clients know errors by.
func refusals(ctx context.Context, client *clientv3.Client) (any, error) {
	_, noKey := client.Put(ctx, "", "x")
	_, noLease := client.Put(ctx, "refusals", "x", clientv3.WithLease(12345))
	_, revoked := client.Revoke(ctx, 12345)
	_, value := client.Put(ctx, "refusals", "x", clientv3.WithIgnoreValue())
	_, ignored := client.Put(ctx, "refusals/absent", "", clientv3.WithIgnoreValue())
	_, twice := client.Txn(ctx).Then(clientv3.OpPut("refusals", "1"), clientv3.OpPut("refusals", "2")).Commit()
	many := make([]clientv3.Op, 129)
	for at := range many {
		many[at] = clientv3.OpGet("refusals")
	}
	_, tooMany := client.Txn(ctx).Then(many...).Commit()
	_, future := client.Get(ctx, "refusals", clientv3.WithRev(1<<40))
	_, large := client.Put(ctx, "refusals", string(make([]byte, 1600*1024)))
	_, long := client.Grant(ctx, 9_000_000_001)
	lease, err := client.Grant(ctx, 60)
	if err != nil {
		return nil, err
	}
	_, ahead := client.Compact(ctx, 1<<40)
	_, user := client.Authenticate(ctx, "nobody", "wrong")
	return row{
		"no key": said(noKey), "no lease": said(noLease), "is known": errors.Is(noLease, rpctypes.ErrLeaseNotFound), "revoked": said(revoked),
		"value": said(value), "ignored": said(ignored), "twice": said(twice), "too many": said(tooMany), "future": said(future),
		"large": said(large), "long": said(long), "granted": lease.TTL, "ahead": said(ahead), "user": said(user),
	}, nil
}

// cluster is what tools and clients ask of the etcd itself.
func cluster(ctx context.Context, client *clientv3.Client) (any, error) {
	status, err := client.Status(ctx, client.Endpoints()[0])
	if err != nil {
		return nil, err
	}
	members, err := client.MemberList(ctx)
	if err != nil {
		return nil, err
	}
	alarms, err := client.AlarmList(ctx)
	if err != nil {
		return nil, err
	}
	hash, err := client.HashKV(ctx, client.Endpoints()[0], 0)
	if err != nil {
		return nil, err
	}
	_, defragmented := client.Defragment(ctx, client.Endpoints()[0])
	careful, err := clientv3.New(clientv3.Config{Endpoints: client.Endpoints(), RejectOldCluster: false, DialTimeout: 5 * time.Second, AutoSyncInterval: time.Second})
	if err != nil {
		return nil, err
	}
	defer careful.Close()
	synced := careful.Sync(ctx)
	_, reached := careful.Get(ctx, "cluster")
	return row{
		"leads itself": status.Leader == status.Header.MemberId && status.Leader != 0, "has a version": len(status.Version) >= 5,
		"members": len(members.Members), "is one": members.Members[0].ID == status.Header.MemberId, "learner": status.IsLearner,
		"has urls": len(members.Members[0].ClientURLs) > 0, "alarms": len(alarms.Alarms), "hashed": hash.Hash != 0,
		"defragmented": said(defragmented), "synced": said(synced), "reached": said(reached),
	}, nil
}
