import type { Witness } from './witness.ts';

/** Shows the witness all that this process prints, until the returned function is called. */
export function watchOutput(witness: Witness): () => void {
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const printed = methods.map((name) => console[name]);
  for (const [index, name] of methods.entries()) {
    console[name] = (...texts: unknown[]) => {
      witness.show('the console', texts.map((each) => (each instanceof Error ? each.stack : String(each))).join(' '));
      printed[index]?.(...texts);
    };
  }
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const [index, stream] of streams.entries()) {
    const write = writes[index]?.bind(stream) as (...parts: unknown[]) => boolean;
    stream.write = ((...parts: unknown[]) => {
      witness.show('the output', String(parts[0]));
      return write(...parts);
    }) as typeof stream.write;
  }
  return () => {
    for (const [index, name] of methods.entries()) console[name] = printed[index] ?? console[name];
    for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? stream.write;
  };
}
