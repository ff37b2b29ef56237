/** A refusal of the API, or a call without an answer. */
class ApiError extends Error {}

interface ApiOptions {
  /** The URL of the control plane. */
  readonly root: URL;
  /** The headers of every call, when access keys are set. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls the API of the control plane. Paths are relative to its root. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.#call('GET', path);
  }

  post<Answer>(path: string, body?: object): Promise<Answer> {
    return this.#call('POST', path, body);
  }

  put<Answer>(path: string, body?: object): Promise<Answer> {
    return this.#call('PUT', path, body);
  }

  delete<Answer>(path: string): Promise<Answer> {
    return this.#call('DELETE', path);
  }

  /** @returns the answer before its body is read, for a stream */
  open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    const all = { ...this.#options.headers, ...headers };
    return fetch(new URL(path, this.#options.root), { headers: all, signal, cache: 'no-store' });
  }

  async #call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const reply = await fetch(new URL(path, this.#options.root), {
      method,
      headers: {
        ...this.#options.headers,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    if (!reply.ok) throw new ApiError(answer?.Message ?? `the emulator answered ${reply.status}`);
    return answer;
  }
}
