#!/usr/bin/env python3
"""A mirror on the loopback interface, for the action's downloads: what lies at /KIND/vVERSION/NAME is good, or wrong in one way.

Arguments: the file that is good, and the file to write the port to. `good` and `moved` answer it, `wrong` another one, `html` a page, `half` ends the
connection before its end, `unsaid` does so without having said how long it is, `slow` never comes to an end, and all else is not found."""

import http.server
import pathlib
import sys
import time

GOOD = pathlib.Path(sys.argv[1]).read_bytes()
PAGE = b"<!DOCTYPE html>\n<html><title>Sign in</title></html>\n"


class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind = self.path.split("/")[1]
        answer = getattr(self, kind, None)
        if answer is None or "/v" not in self.path:
            return self.send_error(404)
        answer()

    def answered(self, body, length):
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.answered(GOOD, len(GOOD))

    def moved(self):
        self.send_response(302)
        self.send_header("Location", self.path.replace("/moved/", "/good/"))
        self.end_headers()

    def wrong(self):
        self.answered(GOOD + b"#", len(GOOD) + 1)

    def html(self):
        self.answered(PAGE, len(PAGE))

    def half(self):
        self.answered(GOOD[: len(GOOD) // 2], len(GOOD))

    def unsaid(self):
        self.answered(GOOD[: len(GOOD) // 2], None)

    def slow(self):
        self.answered(GOOD[:10], len(GOOD))
        time.sleep(60)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
server.daemon_threads = True
port = pathlib.Path(sys.argv[2])
port.with_suffix(".new").write_text(str(server.server_port))
port.with_suffix(".new").rename(port)
server.serve_forever()
