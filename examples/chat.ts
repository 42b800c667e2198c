import { createHash, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { createEngine, RCIMIWConnectionStatus, RCIMIWConversationType } from '../lib/client/index.ts';

/** The running deployment, as `npm start` writes it to a file. */
interface LocalService {
  readonly webSocketUrl: string;
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

const [userId, room] = process.argv.slice(2);
if (userId === undefined || room === undefined) {
  console.error('usage: npm run chat -- <user> <room>');
  process.exit(2);
}
try {
  await chat(userId, room);
} catch (error) {
  console.error(`unable to chat; ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

async function chat(userId: string, room: string): Promise<void> {
  const service = await readService();
  const engine = createEngine(service.appKey, { server: service.webSocketUrl, platform: 'desktop', WebSocket });
  engine.setOnConnectionStatusChangedListener((status) => console.log(`* ${RCIMIWConnectionStatus[status]}`));
  engine.setOnMessageReceivedListener((message) => {
    console.log(`${message.senderUserId}: ${'text' in message ? message.text : message.content}`);
  });
  engine.setOnChatRoomMemberChangedListener((_room, actions) => {
    for (const { userId, actionType } of actions) console.log(`* ${userId} ${actionType === 1 ? 'joined' : 'left'}`);
  });
  engine.setOnRemoteMessageRecalledListener(({ senderUserId }) =>
    console.log(`* ${senderUserId}: a message is recalled`),
  );
  engine.setOnChatRoomNotifyBlockListener(({ userIdList, operateType }) => {
    console.log(`* ${userIdList.join(', ')} ${operateType === 1 ? 'blocked' : 'no longer blocked'}`);
  });
  engine.setOnChatRoomRemovedListener((_room, reason) => console.log(`* removed from the room: ${reason}`));
  engine.setOnChatRoomGapListener((_room, afterSeq, beforeSeq) => {
    console.log(`* ${beforeSeq - afterSeq - 1} messages are lost`);
  });
  await settled('connect', async (done) => engine.connect(await getToken(service, userId), 10, { onConnected: done }));
  await settled('join', (done) => engine.joinChatRoom(room, 10, true, { onChatRoomJoined: done }));
  console.log(`* ${userId} is in ${room}; type a line to send it, Ctrl-D to leave`);
  for await (const text of createInterface({ input: process.stdin })) {
    const message = await engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', text);
    const onMessageSent = (code: number) => code !== 0 && console.log(`* not sent: ${code}`);
    await engine.sendMessage(message, { onMessageSent });
  }
  await settled('leave', (done) => engine.leaveChatRoom(room, { onChatRoomLeft: done }));
  await engine.destroy();
}

async function readService(): Promise<LocalService> {
  try {
    return JSON.parse(await readFile(`${process.env.DOORMAN_FOLDER ?? '.doorman'}/local.json`, 'utf8')) as LocalService;
  } catch {
    throw new Error('nothing runs on this machine: start it with npm start');
  }
}

/** Gets a token as the app's backend does, which alone has the secret. */
async function getToken(service: LocalService, userId: string): Promise<string> {
  const nonce = String(randomInt(1_000_000_000));
  const timestamp = String(Date.now());
  const signature = createHash('sha1').update(`${service.appSecret}${nonce}${timestamp}`).digest('hex');
  const request = {
    method: 'POST',
    headers: { 'App-Key': service.appKey, Nonce: nonce, Timestamp: timestamp, Signature: signature },
    body: new URLSearchParams({ userId, name: userId, portraitUri: '' }),
  };
  const response = await fetch(`${service.serverApiUrl}/user/getToken.json`, request).catch(() => {
    throw new Error(`nothing answers at ${service.serverApiUrl}: start it with npm start`);
  });
  const answer = (await response.json()) as { code: number; token?: string; errorMessage?: string };
  if (answer.token === undefined) throw new Error(`unable to get a token; ${answer.errorMessage ?? answer.code}`);
  return answer.token;
}

async function settled(what: string, start: (done: (code: number) => void) => Promise<number>): Promise<void> {
  const code = await new Promise<number>((resolve, reject) => {
    start(resolve).then((refused) => refused !== 0 && resolve(refused), reject);
  });
  if (code !== 0) throw new Error(`unable to ${what}; code ${code}`);
}
