"""py-eureka-client as it is: comes, is found, finds others by list and by delta, changes its status, and leaves."""

import json
import sys
import time

import py_eureka_client.eureka_client as eureka_client

SERVER, HTTP = sys.argv[1], sys.argv[2]
SECOND = 1


def wait(check, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = check()
            if found:
                return found
        except Exception:  # the client tells of a service that it does not know by an exception of no kind of its own
            pass
        time.sleep(0.1)
    raise SystemExit("waited in vain")


def get(path):
    import urllib.request

    with urllib.request.urlopen(HTTP + path) as answer:
        return json.load(answer)


def native():
    return [(one["host"], one["port"], one["metadata"].get("colour")) for one in get("/services/py-app/instances")["instances"]]


def post(body):
    import urllib.request

    asked = urllib.request.Request(HTTP + "/register", json.dumps(body).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(asked).close()


def hosts(client, app):
    return sorted(one.ipAddr for one in client.applications.get_application(app).up_instances)


post({"service": "before", "id": "b1", "host": "10.0.0.7", "port": 7000, "ttl": "none"})
client = eureka_client.init(
    eureka_server=SERVER,
    app_name="py-app",
    instance_ip="127.0.0.1",
    instance_host="127.0.0.1",
    instance_port=9090,
    renewal_interval_in_secs=SECOND,
    duration_in_secs=10,
    metadata={"colour": "blue"},
)
said = {"registered": wait(native)}
said["before"] = wait(lambda: hosts(client, "BEFORE"))
# From here on by deltas alone: the client asks for everything only if the hash is another one than its own.
post({"service": "after", "id": "a1", "host": "10.0.0.8", "port": 8000, "ttl": "none"})
said["after"] = wait(lambda: hosts(client, "AFTER"))
post({"service": "after", "id": "a2", "host": "10.0.0.9", "port": 8000, "ttl": "none"})
said["both"] = wait(lambda: len(hosts(client, "AFTER")) == 2 and hosts(client, "AFTER"))
eureka_client.stop()
said["left"] = wait(lambda: native() == [] and "gone")
print(json.dumps(said))
