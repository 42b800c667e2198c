import { createHash, randomUUID } from 'node:crypto';

/** What the server API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly code: number };
}

/** Where the deployment is, and the keys that sign its calls. */
export interface AppServerOptions {
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

type Parameters = Readonly<Record<string, string>>;

/** The application's own server: the only one that knows the app secret. */
export class AppServer {
  readonly #options: AppServerOptions;

  constructor(options: AppServerOptions) {
    this.#options = options;
  }

  /** A signed call; throws if it is refused. */
  async call(path: string, parameters: Parameters): Promise<ApiAnswer['body']> {
    const { status, body } = await this.ask(path, parameters, this.#sign());
    if (status !== 200) throw new Error(`unable to call ${path}; ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** A call with these headers; returns any answer. */
  async ask(path: string, parameters: Parameters, headers: Readonly<Record<string, string>>): Promise<ApiAnswer> {
    const response = await fetch(`${this.#options.serverApiUrl}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(parameters).toString(),
    });
    return { status: response.status, body: (await response.json()) as ApiAnswer['body'] };
  }

  async token(userId: string): Promise<string> {
    const { token } = await this.call('/user/getToken.json', { userId, name: userId });
    return String(token);
  }

  async isMember(chatroomId: string, userId: string): Promise<boolean> {
    const { isInChrm } = await this.call('/chatroom/user/exist.json', { chatroomId, userId });
    return isInChrm === true;
  }

  #sign(): Record<string, string> {
    const { appKey, appSecret } = this.#options;
    const nonce = randomUUID();
    const timestamp = String(Date.now());
    const signature = createHash('sha1')
      .update(appSecret + nonce + timestamp)
      .digest('hex');
    return { 'App-Key': appKey, Nonce: nonce, Timestamp: timestamp, Signature: signature };
  }
}
