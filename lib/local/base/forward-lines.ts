import type { ChildProcess } from 'node:child_process';

/** Passes on what a process prints, line by line, until its output ends. */
export function forwardLines(child: ChildProcess, log: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log(line);
    });
    stream?.once('end', () => rest !== '' && log(rest));
  }
}
