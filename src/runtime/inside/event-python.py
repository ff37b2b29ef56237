# The server of the built-in runtimes python3*: calls handler(event, context) of the code by the contract of a custom runtime.
# The argument is JSON: { handler, initializer, preStop, timeout }; a handler is "path/of/module.function".
import base64
import importlib
import json
import os
import re
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qsl

WANTED = json.loads(sys.argv[1])
CODE = os.environ["FC_FUNC_CODE_PATH"]
NOT_OF_THE_CLIENT = re.compile("^(x-fc-.*|connection|keep-alive)$", re.I)
# The code of the function is found as if it had been started itself.
sys.path[0] = CODE
sys.argv = [os.path.join(CODE, "index.py")]


def load(what, name):
    """Ends the process when there is no such function: an instance that cannot serve must not become ready."""
    path, dot, function = name.rpartition(".")
    file = os.path.join(CODE, path)
    if not path or not (os.path.exists(file + ".py") or os.path.isdir(file)):
        sys.exit('fc-affinity: %s "%s": there is no %s.py' % (what, name, file))
    module = importlib.import_module(path.replace("/", "."))
    found = getattr(module, function, None)
    if not callable(found):
        sys.exit('fc-affinity: %s "%s": %s has no function "%s"' % (what, name, file + ".py", function))
    return found


def context_of(headers):
    env = os.environ
    return SimpleNamespace(
        request_id=headers.get("x-fc-request-id"),
        credentials=SimpleNamespace(
            access_key_id=env.get("ALIBABA_CLOUD_ACCESS_KEY_ID"),
            access_key_secret=env.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
            security_token=env.get("ALIBABA_CLOUD_SECURITY_TOKEN"),
        ),
        function=SimpleNamespace(
            name=headers.get("x-fc-function-name"),
            handler=headers.get("x-fc-function-handler"),
            memory=int(headers.get("x-fc-function-memory") or 0),
            timeout=WANTED["timeout"],
        ),
        service=SimpleNamespace(
            name="",
            log_project=headers.get("x-fc-service-logproject", ""),
            log_store=headers.get("x-fc-service-logstore", ""),
            qualifier=headers.get("x-fc-qualifier"),
            version_id=headers.get("x-fc-version-id"),
        ),
        region=headers.get("x-fc-region"),
        account_id=headers.get("x-fc-account-id"),
    )


def joined(pairs):
    """Values of one name are joined; a header has the spelling of its first line."""
    values = {}
    spelling = {}
    for name, value in pairs:
        known = spelling.setdefault(name.lower(), name)
        values[known] = values[known] + "," + value if known in values else value
    return values


def bytes_of(value):
    if value is None:
        return b""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body of a reply go out together.
    wbufsize = -1

    def serve(self):
        body = self.read_body()
        path = self.headers.get("x-fc-control-path")
        context = context_of(self.headers)
        if path == "/http-invoke":
            self.serve_http(body, context)
            return
        hook = CALLS.get(path)
        if hook is None:
            self.answer(404, [], b"")
            return
        try:
            value = bytes_of(hook(body, context) if path == "/invoke" else hook(context))
        except Exception as error:
            self.answer_failure(500, error)
            return
        self.answer(200, [("content-type", "application/octet-stream")], value)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def serve_http(self, body, context):
        try:
            event = json.dumps(self.http_event(body, context)).encode()
            status, headers, value = response_of(CALLS["/invoke"](event, context))
        except Exception as error:
            self.answer_failure(502, error)
            return
        self.answer(status, headers, value)

    def http_event(self, body, context):
        """The event of an HTTP trigger, version v1."""
        path, _, query = self.path.partition("?")
        try:
            text, is_base64 = body.decode(), False
        except UnicodeDecodeError:
            text, is_base64 = base64.b64encode(body).decode(), True
        domain = re.sub(":[0-9]+$", "", self.headers.get("host", ""))
        now = time.time()
        return {
            "version": "v1",
            "rawPath": path,
            "body": text,
            "isBase64Encoded": is_base64,
            "headers": joined((k, v) for k, v in self.headers.items() if not NOT_OF_THE_CLIENT.match(k)),
            "queryParameters": joined_exactly(parse_qsl(query, keep_blank_values=True)),
            "requestContext": {
                "accountId": context.account_id,
                "domainName": domain,
                "domainPrefix": domain.split(".")[0],
                "http": {
                    "method": self.command,
                    "path": path,
                    "protocol": self.request_version,
                    "sourceIp": self.client_address[0],
                    "userAgent": self.headers.get("user-agent", ""),
                },
                "requestId": context.request_id,
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
                "timeEpoch": str(int(now * 1000)),
            },
        }

    def read_body(self):
        if (self.headers.get("transfer-encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def answer_failure(self, status, error):
        traceback.print_exc()
        body = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": [line.rstrip() for line in traceback.format_tb(error.__traceback__)],
        }
        headers = [("content-type", "application/json"), ("x-fc-error-type", "UnhandledInvocationError")]
        self.answer(status, headers, json.dumps(body).encode())

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def joined_exactly(pairs):
    values = {}
    for name, value in pairs:
        values[name] = values[name] + "," + value if name in values else value
    return values


def response_of(value):
    """A result with statusCode is the response itself; any other is the body of a 200."""
    parsed = value
    if isinstance(value, (str, bytes, bytearray)):
        try:
            parsed = json.loads(value)
        except ValueError:
            return 200, [("content-type", "text/plain; charset=utf-8")], bytes_of(value)
    if not isinstance(parsed, dict) or "statusCode" not in parsed:
        return 200, [("content-type", "application/json")], bytes_of(value)
    status = int(parsed["statusCode"])
    if not 200 <= status <= 999:
        raise ValueError("statusCode must be from 200 to 999, got %s" % status)
    lines = []
    for name, given in (parsed.get("headers") or {}).items():
        if name.lower() not in ("content-length", "transfer-encoding", "connection"):
            lines += [(name, str(one)) for one in (given if isinstance(given, list) else [given])]
    if not any(name.lower() == "content-type" for name, _ in lines):
        lines.append(("content-type", "application/json"))
    if any("\r" in part or "\n" in part for line in lines for part in line):
        raise ValueError("a header holds a line end")
    body = parsed.get("body")
    return status, lines, base64.b64decode(body) if parsed.get("isBase64Encoded") else bytes_of(body)


CALLS = {"/invoke": load("handler", WANTED["handler"])}
if WANTED.get("initializer"):
    CALLS["/initialize"] = load("initializer", WANTED["initializer"])
if WANTED.get("preStop"):
    CALLS["/pre-stop"] = load("pre-stop hook", WANTED["preStop"])

Server((os.environ.get("FC_AFFINITY_LISTEN_HOST") or "0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Requests).serve_forever()
