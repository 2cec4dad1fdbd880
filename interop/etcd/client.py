"""What programs in Python do with an etcd, by python-etcd3. Prints what it saw as JSON."""

import json
import sys
import threading
import time

import etcd3

host, _, port = sys.argv[1].rpartition(":")
client = etcd3.client(host=host, port=int(port), timeout=5)


def text(found):
    value, _ = found
    return None if value is None else value.decode()


def keys():
    client.put("py/a", "1")
    client.put("py/b", "2")
    before = client.put("py/a", "one", prev_kv=True).prev_kv.value.decode()
    found = [(kv.key.decode(), value.decode()) for value, kv in client.get_prefix("py/")]
    down = [kv.key.decode() for _, kv in client.get_prefix("py/", sort_order="descend")]
    taken, answers = client.transaction(
        compare=[client.transactions.value("py/a") == "one", client.transactions.version("py/b") > 0],
        success=[client.transactions.put("py/c", "3"), client.transactions.get("py/a")],
        failure=[],
    )
    read = answers[1][0][0].decode()
    replaced = [client.replace("py/c", "3", "three"), client.replace("py/c", "3", "never")]
    once = [client.put_if_not_exists("py/d", "x"), client.put_if_not_exists("py/d", "y")]
    gone = client.delete("py/b")
    left = client.delete_prefix("py/").deleted
    return {
        "before": before, "found": found, "down": down, "taken": taken, "read": read, "replaced": replaced, "once": once,
        "gone": gone, "left": left, "absent": text(client.get("py/a")),
    }


def leases():
    lease = client.lease(60)
    client.put("py/leased", "x", lease=lease)
    refreshed = [answer.TTL for answer in lease.refresh()]
    looked = {"granted": lease.granted_ttl, "left": 50 < lease.remaining_ttl <= 60, "keys": [key.decode() for key in lease.keys]}
    lease.revoke()
    short = client.lease(1)
    client.put("py/short", "x", lease=short)
    deadline = time.monotonic() + 8
    while text(client.get("py/short")) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    return {"refreshed": refreshed, "looked": looked, "revoked": text(client.get("py/leased")), "ended": text(client.get("py/short"))}


def watches():
    told = []
    done = threading.Event()

    def hear(response):
        for event in response.events:
            told.append([type(event).__name__, event.key.decode(), event.value.decode(), event.prev_value.decode()])
        if len(told) >= 3:
            done.set()

    watch = client.add_watch_prefix_callback("py/seen/", hear, prev_kv=True)
    client.put("py/seen/a", "1")
    client.put("py/seen/a", "2")
    client.put("py/unseen", "x")
    client.delete("py/seen/a")
    done.wait(10)
    client.cancel_watch(watch)
    return told


def locks():
    # Only free ones: waiting for another one's is broken in python-etcd3 itself where tenacity is new.
    mine, theirs = client.lock("py-lock", ttl=10), client.lock("py-lock", ttl=10)
    got = [mine.acquire(timeout=5), mine.is_acquired(), theirs.is_acquired(), mine.release()]
    return got + [theirs.acquire(timeout=5), theirs.is_acquired(), theirs.release()]


def cluster():
    status = client.status()
    members = list(client.members)
    return {"leads": status.leader is not None and status.leader.id == members[0].id, "members": len(members), "alarms": len(list(client.list_alarms()))}


def refusals():
    said = []
    for refused in (lambda: client.put("py/x", "y", lease=12345), lambda: client.get("py/x", serializable=True) and client.compact(10**9)):
        try:
            refused()
            said.append("nothing")
        except Exception as error:
            said.append(type(error).__name__ + ": " + getattr(error, "details", lambda: str(error))())
    return said


print(json.dumps({story.__name__: story() for story in (keys, leases, watches, locks, cluster, refusals)}))
