import type { InfoAnswer } from '../../protocol/answers.ts';
import type { InfoFrame } from '../../protocol/client-frames.ts';
import type { FeatureRoom, RoomFeature } from '../room/feature.ts';

/** What the app asks for. */
export type InfoQuery = Pick<InfoFrame, 'memberCount' | 'order'>;
/** `info` is there if the code is 0. */
export type InfoRead = (code: number, info: InfoAnswer | undefined) => void;

/** Asks who is in one room. The server answers what is true then, whatever the client has missed. */
export class InfoFeature implements RoomFeature {
  readonly isKept: boolean = false;
  readonly #room: FeatureRoom;

  constructor(room: FeatureRoom) {
    this.#room = room;
  }

  read(query: InfoQuery, done: InfoRead): void {
    const { roomId, operations } = this.#room;
    operations.add({
      kind: 'info',
      frameOf: (id) => ({ action: 'info', id, room: roomId, ...query }),
      settle: (answer) => {
        done(answer.code, 'members' in answer ? answer : undefined);
        this.#room.settled(answer);
      },
    });
  }
}
