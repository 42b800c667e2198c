import { apiHost, sqsUrl } from '../base/account.ts';
import type { LocalApi } from './local-api.ts';

/** Where the parts of a stack listen on this machine. */
export interface LocalAddresses {
  readonly apis: readonly LocalApi[];
  readonly webSocketPort: number;
  readonly httpPort: number;
  /** The endpoint of the AWS services, SQS among them. */
  readonly servicesUrl: string;
}

/** Creates the function that replaces the AWS addresses of APIs and queues in a text with local ones. */
export function createLocalizer(addresses: LocalAddresses): (text: string) => string {
  const { apis, webSocketPort, httpPort, servicesUrl } = addresses;
  return (text) =>
    apis.reduce(
      (rewritten, { apiId, protocol }) => {
        const port = protocol === 'WEBSOCKET' ? webSocketPort : httpPort;
        return rewritten
          .replaceAll(`https://${apiHost(apiId)}`, `http://127.0.0.1:${port}`)
          .replaceAll(`wss://${apiHost(apiId)}`, `ws://127.0.0.1:${port}`);
      },
      text.replaceAll(sqsUrl, servicesUrl),
    );
}
