/** A gateway that lacks one line of its hardening. The named test file must fail on it. */
export interface Mutant {
  /** What a reader of the changed code would say of it. */
  readonly what: string;
  /** Under `src/gateway/`, without ending. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Under `test/`, without ending. */
  readonly test: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: 'http-proxy frames a DELETE in chunks wrongly (CVE-2026-29057)',
    file: 'link',
    find: "passes.webPasses = passes.webPasses.filter(({ name }) => name !== 'deleteLength');",
    replace: '',
    test: 'gates/smuggling',
  },
  {
    what: 'any number of header lines is accepted',
    file: 'check-request',
    find: 'rawHeaders.length / 2 > MAX_HEADER_LINES',
    replace: 'false',
    test: 'gateway/request-checks',
  },
  {
    what: 'two Hosts are accepted',
    file: 'check-request',
    find: 'hosts !== 1',
    replace: 'hosts < 1',
    test: 'gates/host-rule',
  },
  {
    what: 'a foreign Host is accepted',
    file: 'check-request',
    find: 'switch (hostVerdict(host))',
    replace: "switch (hostVerdict(host).replace('foreign', 'allowed'))",
    test: 'gates/host-rule',
  },
  {
    what: 'a Content-Length of 010 is accepted',
    file: 'check-request',
    find: '/^(?:0|[1-9][0-9]{0,15})$/',
    replace: '/^[0-9]+$/',
    test: 'gates/smuggling',
  },
  {
    what: 'a Transfer-Encoding beside chunked is accepted',
    file: 'check-request',
    find: "encodings > 1 || encoding !== 'chunked'",
    replace: 'false',
    test: 'gates/smuggling',
  },
  {
    what: 'a Content-Length beside a Transfer-Encoding is accepted',
    file: 'check-request',
    find: 'if (lengths > 0) throw',
    replace: 'if (false) throw',
    test: 'gates/smuggling',
  },
  {
    what: 'chunks are accepted by HTTP/1.0',
    file: 'check-request',
    find: 'if (httpVersionMinor === 0) throw',
    replace: 'if (false) throw',
    test: 'gates/smuggling',
  },
  {
    what: 'a forbidden byte in a header is accepted',
    file: 'check-request',
    find: 'if (FORBIDDEN_BYTE.test(value)) throw',
    replace: 'if (false) throw',
    test: 'gateway/request-checks',
  },
  {
    what: 'every upgrade is accepted',
    file: 'check-request',
    find: "if (method === 'GET' && httpVersionMinor === 1",
    replace: 'if (true || httpVersionMinor === 1',
    test: 'gates/smuggling',
  },
  {
    what: 'a Connection line may name Content-Length',
    file: 'check-request',
    find: 'if (nominated.has(name)) throw',
    replace: 'if (false) throw',
    test: 'gates/hop-by-hop',
  },
  {
    what: 'headers that a Connection line names are forwarded',
    file: 'check-request',
    find: 'lines = withoutHeaders(lines, nominated);',
    replace: '',
    test: 'gates/hop-by-hop',
  },
  {
    what: 'Proxy-Authorization and its kind are forwarded',
    file: 'hop-by-hop',
    find: " || name.startsWith('proxy-')",
    replace: '',
    test: 'gates/hop-by-hop',
  },
  {
    what: 'hop-by-hop headers of a reply are forwarded',
    file: 'reply-head',
    find: ' || isHopByHop(name)',
    replace: '',
    test: 'gates/hop-by-hop',
  },
  {
    what: 'every form of target is accepted',
    file: 'check-request-line',
    find: '/^\\/[\\x21\\x22\\x24-\\x7e]*$/',
    replace: '/./',
    test: 'gates/open-proxy',
  },
  {
    what: 'every method is accepted',
    file: 'check-request-line',
    find: 'if (!METHODS.has(method))',
    replace: 'if (false)',
    test: 'gates/open-proxy',
  },
  {
    what: 'what is pipelined behind a refusal is executed',
    file: 'gateway',
    find: 'if (close) connection.doomed = true;',
    replace: '',
    test: 'gates/smuggling',
  },
  {
    what: 'the connection of a refused request is kept',
    file: 'exchange',
    find: 'if (close || this.spoiled !== undefined) this.response.shouldKeepAlive = false;',
    replace: '',
    test: 'gates/smuggling',
  },
  {
    what: 'nobody listens for errors of an upgraded connection',
    file: 'gateway',
    find: "socket.on('error', ignore);",
    replace: '',
    test: 'gateway/upgrade',
  },
  {
    what: 'nobody listens for a switch that was not asked for',
    file: 'attempt',
    find: "outgoing.on('upgrade', this.#onUnaskedSwitch);",
    replace: '',
    test: 'gates/hostile-packets',
  },
  {
    what: 'a request whose client left goes on',
    file: 'attempt',
    find: 'this.#outgoing?.destroy();',
    replace: '',
    test: 'gateway/faults',
  },
  {
    what: 'a reply whose instance died never ends',
    file: 'exchange',
    find: 'else this.socket.destroy();',
    replace: '',
    test: 'gateway/faults',
  },
  {
    what: 'bytes nobody asked for stay on a kept connection',
    file: 'agents',
    find: "socket.on('data', destroyThis);",
    replace: '',
    test: 'gateway/faults',
  },
  {
    what: 'a body in chunks may be of any length',
    file: 'upload',
    find: 'if (this.#bytesLeft >= 0) return true;',
    replace: 'if (true) return true;',
    test: 'gateway/faults',
  },
  {
    what: 'a POST is sent again',
    file: 'failures',
    find: '!RETRIED.has(failed.method)',
    replace: 'false',
    test: 'gateway/faults',
  },
  {
    what: 'a request whose reply could not be parsed is sent again',
    file: 'failures',
    find: "failed.error.code?.startsWith('HPE_')) return undefined",
    replace: 'false) return undefined',
    test: 'gates/hostile-packets',
  },
  {
    what: 'any status of a reply is passed on',
    file: 'reply-head',
    find: 'if (status < 200 || status > 999) throw',
    replace: 'if (false) throw',
    test: 'gates/hostile-packets',
  },
  {
    what: 'the head of a reply may be of any length',
    file: 'reply-head',
    find: 'if (bytes > MAX_REPLY_HEADER_BYTES)',
    replace: 'if (false)',
    test: 'gates/hostile-packets',
  },
  {
    what: 'a client may take a minute for its head',
    file: 'create-listener',
    find: 'const HEAD_TIMEOUT_MS = 10_000;',
    replace: 'const HEAD_TIMEOUT_MS = 60_000;',
    test: 'gates/slow-clients',
  },
  {
    what: 'header lines are silently left out beyond 2,000',
    file: 'create-listener',
    find: 'server.maxHeadersCount = 0;',
    replace: '',
    test: 'gates/smuggling',
  },
  {
    what: 'a client that closes its half gets no answer',
    file: 'create-listener',
    find: 'Object.assign(server, { httpAllowHalfOpen: true });',
    replace: '',
    test: 'gateway/faults',
  },
];
