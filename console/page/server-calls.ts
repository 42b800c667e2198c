/** What the console's server knows of the deployment. */
export interface Setup {
  readonly webSocketUrl: string;
  readonly appKey: string;
  readonly offlineMessageLimit: number;
  readonly offlineGraceMs: number;
  readonly realTimeGraceMs: number;
  readonly sendsPerSecond: number;
  readonly hasWebhook: boolean;
  readonly notifyMemberChanges: boolean;
  readonly realTimeKickOut: boolean;
}

/** What happened in a room, as the webhook posts it. */
export interface WebhookEvent {
  readonly eventId: string;
  readonly chatRoomId: string;
  readonly userIds: readonly string[];
  /** 0 by a call, 1 evicted as offline, 2 blocked, 3 the room expired. */
  readonly status: number;
  /** 0 room created, 1 joined, 2 left, 3 room destroyed. */
  readonly type: number;
  /** ms since 1970 */
  readonly time: number;
}

export type Parameters = Readonly<Record<string, string>>;
export type Answer = Readonly<Record<string, unknown>>;

export async function fetchSetup(): Promise<Setup> {
  return (await fetch('/api/setup')).json();
}

/** A call of the server API, which the console's server signs. @throws Error with the server's own words */
export async function callServer(path: string, parameters: Parameters): Promise<Answer> {
  const response = await post('/api/call', { path, parameters });
  const { status, body, errorMessage } = (await response.json()) as {
    readonly status?: number;
    readonly body?: Answer;
    readonly errorMessage?: string;
  };
  if (status === 200 && body !== undefined) return body;
  throw new Error(String(body?.errorMessage ?? errorMessage ?? `unable to call ${path}; ${response.status}`));
}

/** Moves the deployment's clock, and runs its sweep then. @throws Error */
export async function moveClock(move: { readonly aheadMs: number; readonly sweep: boolean }): Promise<void> {
  const { ok, status } = await post('/api/clock', move);
  if (!ok) throw new Error(`unable to move the clock; ${status}`);
}

const post = (path: string, body: object): Promise<Response> =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Reports what the webhook posts from now on; the browser reconnects without our help. */
export function followWebhook(heard: (event: WebhookEvent) => void): void {
  const source = new EventSource('/api/events');
  source.onmessage = ({ data }) => heard(JSON.parse(String(data)) as WebhookEvent);
}
