import type { RoomExpiry } from '../domain/room.ts';
import type { Deps } from '../usecases/deps.ts';
import { optional, withDefault } from './fields.ts';
import { choice, type Kind, wrong } from './kinds.ts';

/** RongCloud's numbers. */
export const DESTROY_TYPE = { idle: 0, fixed: 1 } as const;
const MINUTES_MIN = 60;
const MINUTES_MAX = 10_080;

/** RongCloud's Go SDK sends a 0 where its caller has said nothing. */
const minutes: Kind<number | undefined> = {
  rule: `0 or a whole number from ${MINUTES_MIN} to ${MINUTES_MAX}`,
  schema: { type: 'integer', minimum: 0, maximum: MINUTES_MAX },
  parse: (name, value) => {
    const given = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
    if (given === 0) return undefined;
    if (!(given >= MINUTES_MIN && given <= MINUTES_MAX)) throw wrong(name, minutes.rule);
    return given;
  },
};

/** When a room expires. */
export const endFields = {
  destroyType: withDefault(
    choice<RoomExpiry['destroyType']>({ '0': 'idle', '1': 'fixed' }),
    '0',
    '0 = counted from the last join, leave or message, 1 = from its creation',
  ),
  destroyTime: optional(
    minutes,
    'after how many minutes; 0 or not given = the setting `destroyAfterMin`, 60 by default',
  ),
};

export const roomEnd = (
  { settings }: Deps,
  end: { readonly destroyType: RoomExpiry['destroyType']; readonly destroyTime: number | undefined },
): RoomExpiry => ({ destroyType: end.destroyType, destroyAfterMin: end.destroyTime ?? settings.destroyAfterMin });
