import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A masked text frame, as clients send it; the mask is zero and leaves the payload readable. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? Buffer.from([0x80 | payload.length]) : Buffer.from([0x80 | 126, 0, 0]);
  if (length.length > 1) length.writeUInt16BE(payload.length, 1);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), payload]);
}

/** Sends the handshake and waits for nothing. */
export function beginHandshake(port: number, bytes: Buffer = Buffer.alloc(0)): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const lines = [
    'GET /prod HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
  return socket;
}

/** Sends the handshake together with these bytes and returns the start of the answer. */
export async function handshakeWith(port: number, bytes: Buffer): Promise<string> {
  const socket = beginHandshake(port, bytes);
  const [head] = (await once(socket, 'data')) as [Buffer];
  return head.toString('latin1');
}
