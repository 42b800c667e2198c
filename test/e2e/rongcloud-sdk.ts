import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';

/** What a call of the SDK resolves to; refusals resolve too, with another code. */
export type SdkAnswer = Readonly<Record<string, unknown>>;

/** One call: its path, its code, and how the test sees its effect. */
export interface SdkRow {
  readonly call: string;
  readonly path: string;
  readonly code: unknown;
  readonly effect: string;
}

interface SdkOptions {
  readonly appkey: string;
  readonly secret: string;
  readonly api: string;
}

/** Fields with the names of the SDK, or a list of them. */
export type SdkArgument = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[] | undefined;

type SdkCall = (argument: SdkArgument) => Promise<SdkAnswer>;
interface SdkModules {
  readonly [name: string]: SdkCall | SdkModules;
}
interface Sdk {
  readonly User: SdkModules;
  readonly Chatroom: SdkModules;
  readonly Message: { readonly Chatroom: SdkModules };
}

const openSdk = createRequire(import.meta.url)('rongcloud-sdk') as (options: SdkOptions) => Sdk;

/** RongCloud's own Node SDK, from npm, and a list of its calls. Its configuration is global to the process. */
export class RongcloudSdk {
  readonly rows: SdkRow[] = [];
  readonly #modules: SdkModules;
  #path = '';

  constructor({ serverApiUrl, appKey, appSecret }: { serverApiUrl: string; appKey: string; appSecret: string }) {
    const { User, Chatroom, Message } = openSdk({ appkey: appKey, secret: appSecret, api: serverApiUrl });
    this.#modules = { User, Chatroom, Message: { Chatroom: Message.Chatroom } };
    const { pathname } = new URL(serverApiUrl);
    subscribe('http.client.request.start', (event) => {
      const { request } = event as { request: ClientRequest };
      if (!String(request.getHeader('user-agent')).startsWith('rc-nodejs-sdk/')) return;
      this.#path = request.path.slice(pathname === '/' ? 0 : pathname.length);
    });
  }

  /** The names of all calls about users, rooms and messages in rooms. */
  get names(): readonly string[] {
    return namesIn(this.#modules, '');
  }

  /** Makes a call and lists it; `effect` says how the test sees what the call did. */
  async call(name: string, argument: SdkArgument, effect: string): Promise<SdkAnswer> {
    this.#path = '';
    const answer = await this.ask(name, argument);
    this.rows.push({ call: name, path: this.#path, code: answer.code, effect });
    return answer;
  }

  /** Makes a call. The SDK modifies its argument, so each call needs a new one. */
  async ask(name: string, argument: SdkArgument): Promise<SdkAnswer> {
    const found = name
      .split('.')
      .reduce<SdkCall | SdkModules | undefined>((at, key) => (at as SdkModules | undefined)?.[key], this.#modules);
    if (typeof found !== 'function') throw new Error(`unable to call ${name}; the SDK has no such call`);
    return found(argument);
  }

  /** The list as text. */
  print(): string {
    const line = ({ call, path, code, effect }: SdkRow): string =>
      `${call.padEnd(36)}${path.padEnd(46)}${String(code).padEnd(7)}${effect}`;
    return this.rows.map(line).join('\n');
  }
}

function namesIn(modules: SdkModules, prefix: string): readonly string[] {
  return Object.entries(modules).flatMap(([name, found]) =>
    typeof found === 'function' ? [prefix + name] : namesIn(found, `${prefix}${name}.`),
  );
}
