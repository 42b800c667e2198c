import { checkParser, type Verdict } from './check-parser.ts';
import { drawsOf } from './draw.ts';
import { frameText } from './frame-inputs.ts';
import { servedForms } from './served-forms.ts';
import { servedFrames } from './served-frames.ts';

/** Inputs of a seed, and the property that each has to keep. */
export interface Inputs {
  readonly inputAt: (index: number) => string;
  /** @throws Error that says what does not hold */
  readonly check: (input: string) => Verdict | Promise<Verdict>;
  readonly close?: () => Promise<void>;
}

export type Kind = (seed: number) => Inputs | Promise<Inputs>;

export const kinds: Readonly<Record<string, Kind>> = {
  parser: (seed) => ({ inputAt: (index) => frameText(drawsOf(seed, index)), check: checkParser }),
  forms: (seed) => servedForms(seed),
  frames: servedFrames,
};
