import * as v from 'valibot';
import { expect, it } from 'vitest';
import type { CheckedFrame } from '../../lib/protocol/client-frames.ts';
import { field } from '../../lib/protocol/parse-field.ts';
import { type FrameTable, frameTable } from '../../lib/protocol/parse-frame-table.ts';

/** A frame that the table does not have. */
interface WaveFrame {
  readonly action: 'wave';
  readonly id: string;
  readonly loudness?: number | undefined;
}

const { id, room } = frameTable.leave;
const loudness = field(v.optional(v.number()));
const wave = { id, loudness };

it('has the fields of every frame: tsc checks that each of these is an error', () => {
  const everything = (table: FrameTable<CheckedFrame | WaveFrame>) => Object.keys(table);
  const onlyWave = (table: FrameTable<WaveFrame>) => Object.keys(table);
  expect(everything({ ...frameTable, wave })).toContain('wave');
  // @ts-expect-error the action is missing
  everything(frameTable);
  // @ts-expect-error a field is missing, even one that a frame may leave out
  onlyWave({ wave: { id } });
  // @ts-expect-error a field too many
  onlyWave({ wave: { id, loudness, room } });
  // @ts-expect-error a field of another type
  onlyWave({ wave: { id, loudness: field(v.string()) } });
  // @ts-expect-error unchecked text is not a room id
  everything({ ...frameTable, wave, leave: { id, room: field(v.string()) } });
});

it('gives each field name one meaning in all frames', () => {
  const byName = new Map<string, Set<unknown>>();
  for (const [name, one] of Object.values(frameTable).flatMap((fields) => Object.entries(fields))) {
    byName.set(name, (byName.get(name) ?? new Set()).add(one));
  }
  expect([...byName].filter(([, meanings]) => meanings.size > 1)).toEqual([]);
});
