"""The two little clients that people write for a registry, as they stand in a hundred articles, against a live node.

    python3 classic_clients.py http://127.0.0.1:8500

They use `requests`; where that is not installed, a stand-in over urllib takes its place.
"""
import json
import sys
import urllib.error
import urllib.request
from uuid import uuid4

try:
    import requests
except ImportError:
    class Response:
        def __init__(self, status_code, text):
            self.status_code = status_code
            self.text = text

        def json(self):
            return json.loads(self.text)

    class requests:
        @staticmethod
        def request(method, url, json_body=None):
            data = None if json_body is None else json.dumps(json_body).encode()
            headers = {} if data is None else {"Content-Type": "application/json"}
            request = urllib.request.Request(url, data=data, method=method, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    return Response(response.status, response.read().decode())
            except urllib.error.HTTPError as error:
                return Response(error.code, error.read().decode())

        @staticmethod
        def post(url, json=None):
            return requests.request("POST", url, json)

        @staticmethod
        def put(url, json=None):
            return requests.request("PUT", url, json)

        @staticmethod
        def delete(url):
            return requests.request("DELETE", url)

        @staticmethod
        def get(url):
            return requests.request("GET", url)


class ServiceRegistration:
    """Lets the registry choose the id, and reads it from the answer."""

    def __init__(self, service_name, host, port, registry_url):
        self.service_name = service_name
        self.host = host
        self.port = port
        self.registry_url = registry_url
        self.registration_id = None

    def register(self):
        payload = {"serviceName": self.service_name, "host": self.host, "port": self.port}
        response = requests.post(f"{self.registry_url}/register", json=payload)
        self.registration_id = response.json()["id"]
        return self.registration_id

    def send_heartbeat(self):
        return requests.put(f"{self.registry_url}/heartbeat/{self.registration_id}")

    def deregister(self):
        return requests.delete(f"{self.registry_url}/deregister/{self.registration_id}")


class ServiceRegistry:
    """Chooses the id itself."""

    def __init__(self, registry_url, service_name, host, port):
        self.registry_url = registry_url
        self.instance_id = f"{service_name}-{host}-{port}-{uuid4().hex[:8]}"
        self.service_name = service_name
        self.host = host
        self.port = port

    def register(self, metadata=None):
        return requests.post(f"{self.registry_url}/register", json={
            "instance_id": self.instance_id,
            "service_name": self.service_name,
            "host": self.host,
            "port": self.port,
            "metadata": metadata or {},
        })

    def heartbeat(self):
        return requests.put(f"{self.registry_url}/heartbeat/{self.instance_id}")

    def deregister(self):
        return requests.delete(f"{self.registry_url}/instances/{self.instance_id}")


def found(registry_url, service):
    return [one["id"] for one in requests.get(f"{registry_url}/services/{service}/instances").json()["instances"]]


def main(registry_url):
    one = ServiceRegistration("payment-service", "10.0.0.1", 8080, registry_url)
    other = ServiceRegistry(registry_url, "payment-service", "10.0.0.2", 8080)
    said = {
        "chosen": one.register(),
        "repeated": one.register() == one.registration_id,
        "registered": other.register({"version": "1.2"}).status_code,
        "kept": other.instance_id in found(registry_url, "payment-service"),
        "found": len(found(registry_url, "payment-service")),
        "heartbeats": [one.send_heartbeat().status_code, other.heartbeat().status_code],
        "deregistered": [one.deregister().status_code, other.deregister().status_code],
        "left": len(found(registry_url, "payment-service")),
        "unknown": one.send_heartbeat().status_code,
    }
    print(json.dumps(said))


main(sys.argv[1])
