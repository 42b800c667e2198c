import type { RoomEnd } from '../domain/room.ts';
import type { Deps } from '../usecases/deps.ts';
import { optional, withDefault } from './fields.ts';
import { choice, integer } from './kinds.ts';

/** RongCloud's numbers. */
export const DESTROY_TYPE = { idle: 0, fixed: 1 } as const;
const MINUTES_MIN = 60;
const MINUTES_MAX = 10_080;

/** When a room goes by itself. */
export const endFields = {
  destroyType: withDefault(
    choice<RoomEnd['destroyType']>({ '0': 'idle', '1': 'fixed' }),
    '0',
    '0 = so long after the last join, leave or message, 1 = so long after its creation',
  ),
  destroyTime: optional(
    integer(MINUTES_MIN, MINUTES_MAX),
    'after how many minutes; the setting `destroyAfterMin`, 60 unless it is changed, if it is not given',
  ),
};

export const roomEnd = (
  { settings }: Deps,
  end: { readonly destroyType: RoomEnd['destroyType']; readonly destroyTime: number | undefined },
): RoomEnd => ({ destroyType: end.destroyType, destroyAfterMin: end.destroyTime ?? settings.destroyAfterMin });
