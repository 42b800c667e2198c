import type { Faults } from './fault-kinds.ts';
import { type HttpProxy, type ProxiedAnswer, startHttpProxy } from './http-proxy.ts';

const FAULTS = ['post-throttled', 'post-failed', 'post-answer-lost'] as const;

/** What functions do to connections, as the gateway has answered it. */
export interface PostObserver {
  posted(connectionId: string, body: string): void;
  gone(connectionId: string): void;
  closed(connectionId: string): void;
}

/** Starts the proxy between the functions and `@connections`. */
export function startPosts(webSocketPort: number, faults: Faults, observer: PostObserver): Promise<HttpProxy> {
  return startHttpProxy(
    () => `http://127.0.0.1:${webSocketPort}`,
    async ({ method, path, body }, forward) => {
      const fault = method === 'POST' ? faults.takeOne(FAULTS) : undefined;
      if (fault === 'post-throttled') return refusal(429, 'LimitExceededException');
      if (fault === 'post-failed') return refusal(500, 'InternalServerErrorException');
      const answer = await forward();
      const connectionId = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
      if (answer.status === 410) observer.gone(connectionId);
      else if (method === 'POST' && answer.status === 200) observer.posted(connectionId, body.toString('utf8'));
      else if (method === 'DELETE' && answer.status === 204) observer.closed(connectionId);
      return fault === 'post-answer-lost' ? undefined : answer;
    },
  );
}

const refusal = (status: number, errorType: string): ProxiedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': errorType },
  body: JSON.stringify({ message: 'by the torture run' }),
});
