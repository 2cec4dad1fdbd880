"""Asks a registry as dnspython does, and prints what it heard as JSON."""

import json
import sys

import dns.flags
import dns.message
import dns.query
import dns.resolver

host, port = sys.argv[1].rsplit(":", 1)
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers = [host]
resolver.port = int(port)
resolver.use_edns(0, 0, 1232)


def texts(name, kind):
    try:
        return sorted(record.to_text() for record in resolver.resolve(name, kind))
    except dns.resolver.NXDOMAIN:
        return "NXDOMAIN"
    except dns.resolver.NoAnswer:
        return "nothing"


def over_tcp(name, kind):
    question = dns.message.make_query(name, kind)
    return len(dns.query.tcp(question, host, port=int(port), timeout=5).answer[0])


cut = dns.query.udp(dns.message.make_query("many.service.rollcall", "SRV"), host, port=int(port), timeout=5)

print(
    json.dumps(
        {
            "a": texts("payments.service.rollcall", "A"),
            "aaaa": texts("payments.service.rollcall", "AAAA"),
            "srv": len(texts("_payments._tcp.service.rollcall", "SRV")),
            "nobody": texts("nobody.service.rollcall", "A"),
            "nothing": texts("payments.service.rollcall", "MX"),
            "cut": bool(cut.flags & dns.flags.TC),
            "many": len(resolver.resolve("many.service.rollcall", "SRV")),
            "tcp": over_tcp("many.service.rollcall", "SRV"),
        }
    )
)
