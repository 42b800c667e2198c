import type { LocalApi } from './local-api.ts';
import { pseudo, queuesUrl } from './resolver.ts';

/** Where on this machine the parts of a stack are. */
export interface LocalAddresses {
  readonly apis: readonly LocalApi[];
  readonly webSocketPort: number;
  readonly httpPort: number;
  /** Of the endpoint that serves the queues. */
  readonly servicesUrl: string;
}

/** Replaces the addresses that the APIs and queues would have in AWS by those on this machine. */
export function createLocalizer(addresses: LocalAddresses): (text: string) => string {
  const { apis, webSocketPort, httpPort, servicesUrl } = addresses;
  return (text) =>
    apis.reduce(
      (rewritten, { apiId, protocol }) => {
        const port = protocol === 'WEBSOCKET' ? webSocketPort : httpPort;
        const host = `${apiId}.execute-api.${pseudo.region}.${pseudo.urlSuffix}`;
        return rewritten
          .replaceAll(`https://${host}`, `http://127.0.0.1:${port}`)
          .replaceAll(`wss://${host}`, `ws://127.0.0.1:${port}`);
      },
      text.replaceAll(queuesUrl, servicesUrl),
    );
}
