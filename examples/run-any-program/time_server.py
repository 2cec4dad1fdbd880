"""Tells the time over HTTP. It knows nothing of a registry; its port it finds in PORT, as programs commonly do."""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TimeServer(BaseHTTPRequestHandler):
    def do_GET(self):
        # A disk that is full would be another reason to say 503 here.
        body = b"well\n" if self.path == "/health" else time.strftime("%H:%M:%S\n").encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), TimeServer).serve_forever()
