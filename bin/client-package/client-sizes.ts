import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { PACKAGE_NAME } from './manifest.ts';

/** What an app pays for what it uses of the package, in bytes. */
export interface ClientSize {
  readonly use: string;
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
}

export const CHAT_USE = 'thin face: connect, join, leave, send and receive';
export const ENGINE_CHAT_USE = 'engine: connect, join, leave, send and receive';
export const ENGINE_USE = 'engine, whole';
export const WHOLE_USE = 'all of it';

const uses: Readonly<Record<string, string>> = {
  [WHOLE_USE]: `export * from '${PACKAGE_NAME}';`,
  [ENGINE_USE]: `export { createEngine } from '${PACKAGE_NAME}';`,
  [CHAT_USE]: `import { createChat } from '${PACKAGE_NAME}';
    export async function chat(given, show) {
      const chat = createChat({ server: given.server, token: given.token });
      await chat.connect();
      const room = await chat.join(given.room, { autoCreate: true });
      await room.send(given.text);
      for await (const message of room.messages) show(message);
      await room.leave();
      chat.close();
    }`,
  [ENGINE_CHAT_USE]: `import { createEngine, RCIMIWConversationType } from '${PACKAGE_NAME}';
    export async function chat(given, show) {
      const engine = createEngine('key', given);
      engine.setOnMessageReceivedListener(show);
      await engine.connect(given.token, 10);
      await engine.joinChatRoom(given.room, 10, true);
      const { CHATROOM } = RCIMIWConversationType;
      await engine.sendMessage(await engine.createTextMessage(CHATROOM, given.room, '', given.text));
      await engine.leaveChatRoom(given.room);
    }`,
  'an enum alone': `export { RCIMIWConversationType } from '${PACKAGE_NAME}';`,
};

/** Bundles an app for each use from the package in `folder`, as a bundler does that leaves out what is not used. */
export async function clientSizes(folder: string): Promise<readonly ClientSize[]> {
  return Promise.all(
    Object.entries(uses).map(async ([use, app]) => {
      const code = await bundled(app, folder);
      return { use, minifiedBytes: code.length, gzipBytes: gzipSync(code, { level: 9 }).length };
    }),
  );
}

async function bundled(app: string, folder: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: app, resolveDir: join(folder, '..') },
    alias: { [PACKAGE_NAME]: folder },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('unable to measure the client; nothing was bundled');
  return file.contents;
}
