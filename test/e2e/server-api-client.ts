import { createHash, randomInt } from 'node:crypto';

/** A form; a list stands for a repeated key. */
export type Form = Readonly<Record<string, string | readonly string[]>>;

/** A call of the server API. */
export interface Call {
  readonly path: string;
  readonly form: Form;
}

/** An answer of the server API. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request that may be invalid. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Where the deployment is and how its calls are signed. */
export interface ServerApiOptions {
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

/** Calls the server API as an app's server does; it computes the signature itself. */
export class ServerApiClient {
  readonly #options: ServerApiOptions;

  constructor(options: ServerApiOptions) {
    this.#options = options;
  }

  /** Makes a signed call and returns any answer. */
  call(path: string, form: Form): Promise<Answer> {
    return this.send({ method: 'POST', path, headers: this.sign(Date.now()), body: encodeForm(form) });
  }

  /** The fields of an answer with code 200; throws on any other. */
  async served(path: string, form: Form): Promise<Answer['body']> {
    const { status, body } = await this.call(path, form);
    if (status !== 200 || body.code !== 200) throw new Error(`unable to call ${path}; ${JSON.stringify(body)}`);
    return body;
  }

  async send({ method, path, headers, body }: RawRequest): Promise<Answer> {
    const response = await fetch(`${this.#options.serverApiUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: body ?? null,
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as Answer['body'] };
    } catch {
      throw new Error(`unable to read the answer of ${path}; ${response.status} ${text}`);
    }
  }

  /** The four headers; the timestamp may be in seconds or in milliseconds. */
  sign(timestamp: number): Record<'App-Key' | 'Nonce' | 'Timestamp' | 'Signature', string> {
    const { appKey, appSecret } = this.#options;
    const nonce = String(randomInt(2 ** 47));
    const signature = createHash('sha1').update(`${appSecret}${nonce}${timestamp}`).digest('hex');
    return { 'App-Key': appKey, Nonce: nonce, Timestamp: String(timestamp), Signature: signature };
  }
}

/** A form as it stands in a body: blanks are `%20`, lists are repeated keys. */
export function encodeForm(form: Form): string {
  return Object.entries(form)
    .flatMap(([key, values]) =>
      [values].flat().map((value) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`),
    )
    .join('&');
}
