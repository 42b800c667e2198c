import { Code } from '../../protocol/codes.ts';
import type { ClientSocketConstructor } from './deps.ts';

/** The client cannot work as it is set up; thrown by `create`, `createEngine` and `createChat`, and never later. */
export class ClientConfigurationError extends TypeError {
  /** One of the codes of docs/protocol.md. */
  readonly code: number;

  constructor(code: number, why: string) {
    super(`unable to create the client; ${why}`);
    this.name = 'ClientConfigurationError';
    this.code = code;
  }
}

/** The address of the WebSocket, if it can be one. Not every runtime of the SDK has a whole URL. */
export function checkAddress(address: unknown): string {
  const why = faultOf(address);
  if (why !== undefined) throw new ClientConfigurationError(Code.INVALID_PARAMETER, why);
  return String(address);
}

export function checkSocket(Socket: ClientSocketConstructor | undefined): ClientSocketConstructor {
  if (typeof Socket === 'function') return Socket;
  const why = 'this runtime has no WebSocket: pass one as options.WebSocket, such as the one of the package ws';
  throw new ClientConfigurationError(Code.SOCKET_NOT_CREATED, why);
}

export function checkAppKey(appKey: unknown): string {
  if (typeof appKey === 'string') return appKey;
  throw new ClientConfigurationError(Code.INVALID_PARAMETER, 'the app key must be a text');
}

/** In ms; within this time a member of a room notices a dead connection that nothing has closed. */
export function checkDeafMs(deafSec: unknown = 60): number {
  if (typeof deafSec === 'number' && deafSec >= 30 && deafSec <= 3600) return deafSec * 1000;
  throw new ClientConfigurationError(Code.INVALID_PARAMETER, 'options.deafSec must be a number from 30 to 3600');
}

function faultOf(address: unknown): string | undefined {
  if (typeof address !== 'string' || address === '')
    return 'options.server is missing: the address of the WebSocket, such as wss://chat.example/prod';
  const [, scheme = '', host = '', path = ''] = /^(?:([^:/?#]*):\/\/)?([^/?#]*)(.*)$/s.exec(address) ?? [];
  if (/\s/.test(address)) return `the address ${JSON.stringify(address)} has white space in it`;
  if (scheme === '') return `the address ${address} has no scheme: write wss://${address.replace(/^\/+/, '')}`;
  if (!/^wss?$/i.test(scheme)) return `the address ${address} is not of a WebSocket: write wss:// for ${scheme}://`;
  if (host === '') return `the address ${address} has no host`;
  if (address.includes('#')) return `the address ${address} has a #, which no address of a WebSocket may have`;
  if (/^\/(?:[^/]+\/)?@connections(?:[/?]|$)/.test(path))
    return `the address ${address} is of the API for servers: remove /@connections and what follows`;
  return undefined;
}
