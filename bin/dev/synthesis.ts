import { once } from 'node:events';
import { join } from 'node:path';
import type { DeploymentSettings } from '../../lib/domain/settings.ts';
import { forwardLines } from '../../lib/local/base/forward-lines.ts';
import { spawnGuarded } from '../../lib/local/base/guarded-process.ts';

const program = join(import.meta.dirname, 'synthesize.ts');

/** Synthesizes in a process of its own: this one hears signals all the time, and what the CDK prints is not mixed with its lines. */
export async function synthesizeApart(
  folder: string,
  settings: DeploymentSettings,
  log: (line: string) => void,
): Promise<void> {
  const loader = import.meta.resolve('tsx');
  const args = ['--import', loader, program, folder, JSON.stringify(settings)];
  const child = spawnGuarded(process.execPath, args, { output: 'pipe', ipc: true });
  const printed: string[] = [];
  forwardLines(child, (line) => {
    printed.push(line);
    if (line.trim() !== '') log(line);
  });
  // Its output ends before this, and not before its exit.
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code === 0) return;
  throw new Error(`unable to synthesize the stack (${signal ?? `exit code ${code}`})\n${printed.join('\n').trimEnd()}`);
}
