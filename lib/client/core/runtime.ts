import { browserEvents, platformOf } from '../connection/platform.ts';
import { checkAddress, checkAppKey, checkDeafMs, checkSocket } from './configuration.ts';
import type { ClientDeps, RuntimeOptions } from './deps.ts';

/**
 * The dependencies of a client. Only here the platform's own functions come in. Throws a `ClientConfigurationError`
 * where the client could never connect.
 */
export function depsOf(appKey: string, server: string | undefined, options: RuntimeOptions): ClientDeps {
  return {
    appKey: checkAppKey(appKey),
    server: checkAddress(server),
    platform: options.platform ?? platformOf(globalThis),
    platformEvents: options.platformEvents ?? browserEvents(globalThis),
    Socket: checkSocket(options.WebSocket ?? globalThis.WebSocket),
    deafMs: checkDeafMs(options.deafSec),
    timers: options.timers ?? {
      setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
      clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
    },
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}
