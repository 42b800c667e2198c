import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { listen } from '../support/listen.ts';
import { type InstalledClient, projectSource } from './installed-client.ts';

/** A web app that installed the package, built by Vite and served on this machine. */
export interface BuiltApp {
  readonly url: string;
  close(): Promise<void>;
}

/** The page and its worker each have a function or a message that takes what `chat` is given. */
const files = {
  'index.html': '<!doctype html><title>chat</title><script type="module" src="/page.js"></script>',
  'page.js': `import * as doorman from 'doorman-client';
    import { chat } from './chat.js';
    window.chatInPage = async (given) => {
      const steps = [];
      await chat(doorman, { ...given, report: (step, outcome) => steps.push(step + ' ' + outcome) });
      return steps;
    };
    window.chatInWorker = (given) => new Promise((resolve) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(given);
    });`,
  'worker.js': `import * as doorman from 'doorman-client';
    import { chat } from './chat.js';
    onmessage = async ({ data }) => {
      const steps = [];
      await chat(doorman, { ...data, report: (step, outcome) => steps.push(step + ' ' + outcome) });
      postMessage(steps);
    };`,
};

const contentTypes: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export async function openBuiltApp(client: InstalledClient): Promise<BuiltApp> {
  const folder = await client.project('vite', { ...files, 'chat.js': await projectSource('chat.js') });
  await build({ root: folder, configFile: false, logLevel: 'error', worker: { format: 'es' } });
  const server = serve(join(folder, 'dist'));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function serve(folder: string): Server {
  return createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const body = await readFile(join(folder, path)).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': contentTypes[extname(path)] ?? 'text/plain' });
    response.end(body);
  });
}
