import { signedCall } from '../deployment/signed-call.ts';
import type { Target } from '../deployment/target.ts';
import { type ApiAnswer, AppServer } from '../scenario/app-server.ts';

/** An application server that signs in Doorman's own form, which every deployment accepts. */
export class StrongAppServer extends AppServer {
  readonly #target: Target;

  constructor(target: Target) {
    super(target);
    this.#target = target;
  }

  override async call(path: string, parameters: Readonly<Record<string, string>>): Promise<ApiAnswer['body']> {
    return this.callAll(path, Object.entries(parameters));
  }

  /** A call in which a name may be repeated; throws if it is refused. */
  async callAll(path: string, pairs: readonly (readonly [string, string])[]): Promise<ApiAnswer['body']> {
    const body = new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
    const contentType = 'application/x-www-form-urlencoded';
    const { status, text } = await signedCall(this.#target, { path, contentType, body });
    if (status !== 200) throw new Error(`unable to call ${path}; ${status} ${text}`);
    return JSON.parse(text) as ApiAnswer['body'];
  }

  async isOnline(userId: string): Promise<boolean> {
    const { status } = await this.call('/user/checkOnline.json', { userId });
    return status === '1';
  }
}
