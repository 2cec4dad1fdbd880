# What the tests of py-consul are run with: where they would start a container with Consul, they get a registry.
import collections
import json
import socket
import subprocess

import pytest

ConsulInstance = collections.namedtuple("ConsulInstance", ["container", "port", "version"])


@pytest.fixture
def consul_instance(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "agent.json"
    config.write_text(json.dumps({"ports": {"http": port}, "enable_script_checks": True}))
    agent = subprocess.Popen(["consul", "agent", "-config-file", str(config)], stdout=subprocess.PIPE)
    agent.stdout.readline()
    yield ConsulInstance(None, port, "1.22.0")
    agent.terminate()
    agent.wait()


@pytest.fixture
def consul_port(consul_instance):
    return consul_instance.port, consul_instance.version
