import { Code } from '../../protocol/codes.ts';
import type { FeatureRoom, RoomFeature } from '../room/feature.ts';

/** Recalls messages of one room. */
export class RecallFeature implements RoomFeature {
  readonly isKept: boolean = false;
  readonly #room: FeatureRoom;

  constructor(room: FeatureRoom) {
    this.#room = room;
  }

  recall(messageId: string, done: (code: number) => void): void {
    const { roomId, operations } = this.#room;
    this.#room.ownRecallBegins(messageId);
    operations.add({
      kind: 'recall',
      frameOf: (id) => ({ action: 'recall', id, room: roomId, messageId }),
      settle: (answer) => {
        done(answer.code);
        this.#room.ownRecallEnds(messageId, answer.code === Code.OK);
        this.#room.settled(answer);
      },
    });
  }
}
