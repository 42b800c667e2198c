import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { closeServer, listen } from '../../base/listen.ts';
import { errorOf } from '../../lambda/invoke.ts';
import { type Connection, openConnection } from './connection.ts';
import { serveConnectionsApi } from './connections-api.ts';
import { watchFrames } from './frame-limit.ts';
import { type ConnectionFacts, disconnectEvent } from './websocket-events.ts';
import { createMessageHandler, type MessageHandler } from './websocket-messages.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';
import { admit, refuseUpgrade } from './websocket-upgrade.ts';

/** A running WebSocket API. */
export interface WebSocketApi {
  readonly port: number;
  /** The URL for clients. */
  readonly url: string;
  /** The endpoint of `@connections`, for the SDK. */
  readonly connectionsUrl: string;
  /** Destroys a socket without a close frame, as a network failure does. */
  forceClose(connectionId: string): void;
  connectionIds(): string[];
  /** Closes all sockets and the server; delivers no `$disconnect` any more. */
  close(): Promise<void>;
}

interface Gateway {
  readonly options: WebSocketApiOptions;
  readonly server: Server;
  readonly sockets: WebSocketServer;
  readonly connections: Map<string, Connection>;
  readonly upgrading: Set<Duplex>;
  /** The sub-protocols that `$connect` chose, by upgrade request. */
  readonly protocols: WeakMap<IncomingMessage, string>;
  readonly onMessage: MessageHandler;
  domainName: string;
  isClosing: boolean;
}

/** Starts the API on 127.0.0.1. */
export async function startWebSocketApi(options: WebSocketApiOptions): Promise<WebSocketApi> {
  const gateway = createGateway(options);
  const port = await listen(gateway.server, options.port);
  gateway.domainName = `127.0.0.1:${port}`;
  return {
    port,
    url: `ws://127.0.0.1:${port}/${options.stage}`,
    connectionsUrl: `http://127.0.0.1:${port}/${options.stage}`,
    forceClose: (connectionId) => gateway.connections.get(connectionId)?.forceClose(),
    connectionIds: () => [...gateway.connections.keys()],
    close: () => closeGateway(gateway),
  };
}

function createGateway(options: WebSocketApiOptions): Gateway {
  const protocols = new WeakMap<IncomingMessage, string>();
  const gateway: Gateway = {
    options,
    server: createServer(),
    sockets: new WebSocketServer({
      noServer: true,
      maxPayload: options.limits.messageBytes,
      perMessageDeflate: false,
      handleProtocols: (_offered, request) => protocols.get(request) ?? false,
    }),
    connections: new Map(),
    upgrading: new Set(),
    protocols,
    onMessage: createMessageHandler(options),
    domainName: '',
    isClosing: false,
  };
  gateway.server.on('request', (request, response) => {
    serveConnectionsApi(options, gateway.connections, request, response).catch((error: unknown) => {
      options.log(`unable to serve ${request.method} ${request.url}; ${String(error)}`);
      response.destroy();
    });
  });
  gateway.server.on('upgrade', (request, socket, head) => {
    upgrade(gateway, request, socket, head).catch((error: unknown) => {
      options.log(`unable to answer an upgrade; ${String(error)}`);
      socket.destroy();
    });
  });
  return gateway;
}

async function upgrade(gateway: Gateway, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { options } = gateway;
  const onError = () => socket.destroy();
  socket.on('error', onError);
  gateway.upgrading.add(socket);
  const admission = await admit(options, gateway.domainName, request).finally(() => gateway.upgrading.delete(socket));
  if (!admission.admitted) {
    options.trace?.(`handshake refused: ${admission.refusal.status} ${admission.refusal.message}`);
    refuseUpgrade(socket, options.randomId(), admission.refusal);
    return;
  }
  // The client disconnected while $connect ran, and the function has accepted a connection that never opened.
  if (!socket.readable || !socket.writable) {
    // The server allows half-open sockets: this one would stay open for ever and hold up `close`.
    socket.destroy();
    return deliverDisconnect(gateway, admission.facts, 1006, '');
  }
  if (admission.protocol !== undefined) gateway.protocols.set(request, admission.protocol);
  socket.off('error', onError);
  gateway.sockets.handleUpgrade(request, socket, head, (webSocket) => {
    openSocket(gateway, admission.facts, webSocket, socket);
  });
}

function openSocket(gateway: Gateway, facts: ConnectionFacts, webSocket: WebSocket, socket: Duplex): void {
  const { options, connections } = gateway;
  const connection = openConnection({
    facts,
    socket: webSocket,
    limits: options.limits,
    now: options.now,
    trace: options.trace,
    onClosed: (code, reason) => {
      connections.delete(facts.connectionId);
      void deliverDisconnect(gateway, facts, code, reason);
    },
  });
  connections.set(facts.connectionId, connection);
  // Runs before the library's listener, so that no part of a frame that is too long becomes a message.
  socket.prependListener(
    'data',
    watchFrames(options.limits.frameBytes, () => connection.close(1009, 'Frame is too long')),
  );
  webSocket.on('ping', () => connection.touch());
  webSocket.on('message', (data, isBinary) => {
    if (!connections.has(facts.connectionId)) return;
    if (isBinary) return connection.close(1003, 'Binary frames are not supported');
    connection.touch();
    options.trace?.(`${facts.connectionId} <- ${data.toString()}`);
    gateway.onMessage(connection, data.toString()).catch((error: unknown) => {
      options.log(`unable to handle a message of ${facts.connectionId}; ${String(error)}`);
    });
  });
  webSocket.on('error', (error) => connection.closed(closeCodeOf(error), error.message));
  webSocket.on('close', (code, reason) => connection.closed(code, reasonOf(code, reason)));
}

/** The library closes the socket with this code before it emits the error. */
function closeCodeOf(error: Error): number {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  if (code === 'WS_ERR_INVALID_UTF8') return 1007;
  return typeof code === 'string' && code.startsWith('WS_ERR_') ? 1002 : 1006;
}

function reasonOf(code: number, reason: Buffer): string {
  return code === 1005 ? 'Client-side close frame status not set' : reason.toString();
}

async function deliverDisconnect(gateway: Gateway, facts: ConnectionFacts, code: number, reason: string) {
  const { options } = gateway;
  const route = options.routes.$disconnect;
  if (route === undefined || gateway.isClosing) return;
  const event = disconnectEvent(options, facts, code, reason);
  const deliver = async () => {
    const result = await options.invoke(route.functionId, event);
    if (!result.ok) options.log(`$disconnect of ${facts.connectionId} failed; ${errorOf(result)}`);
  };
  await options.disconnectDelivery(deliver).catch((error: unknown) => {
    options.log(`unable to deliver $disconnect of ${facts.connectionId}; ${String(error)}`);
  });
}

async function closeGateway(gateway: Gateway): Promise<void> {
  gateway.isClosing = true;
  for (const connection of [...gateway.connections.values()]) connection.close(1001, 'Going away');
  for (const webSocket of gateway.sockets.clients) webSocket.terminate();
  for (const socket of gateway.upgrading) socket.destroy();
  await closeServer(gateway.server);
}
