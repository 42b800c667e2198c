// A Socket.IO server with rooms, and nothing else: socket-io-server <users>
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from '../../../lib/local/base/listen.ts';
import { serve, usersOf } from './server-protocol.ts';

await serve(async () => {
  const http = createServer();
  const io = new Server(http, { serveClient: false });
  io.on('connection', (socket) => {
    socket.on('join', async (room: string, done: () => void) => {
      await socket.join(room);
      done();
    });
    socket.on('send', (room: string, text: string, done: () => void) => {
      socket.to(room).emit('message', text);
      done();
    });
  });
  const port = await listen(http, 0);
  return {
    url: `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`,
    tokens: usersOf(Number(process.argv[2])),
    close: () => io.close(),
  };
});
