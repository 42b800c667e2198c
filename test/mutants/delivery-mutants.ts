/* Guards of the acceptance and the delivery of messages. */

import { type Mutant, mutant } from './mutant.ts';

const DELIVERIES = 'lib/store/dynamodb/deliveries.ts';
const ROOM_ROW = 'lib/store/dynamodb/room-row.ts';
const DELIVERY = 'lib/domain/delivery.ts';
const ROOM_DELIVERY = 'lib/usecases/steps/room-delivery.ts';
const LISTENERS = 'lib/usecases/steps/listeners.ts';
const IN_LINE = 'lib/usecases/steps/deliver-accepted.ts';
const EVICT_DUE = 'lib/usecases/steps/evict-due.ts';
const WATCH = 'lib/usecases/watch-deliveries.ts';
const LOG_TAIL = 'lib/usecases/steps/log-tail.ts';

export const deliveryMutants: readonly Mutant[] = [
  mutant(
    'delivery: the tail grows as long as nobody delivers',
    'lib/usecases/steps/quota-slot.ts',
    'if (isTailTooLong(room.tail))',
    'if (false as boolean)',
  ),
  mutant(
    'delivery: who lost the lease notes progress',
    DELIVERIES,
    "onlyIf: ['#deliveryId = :leaseId', ",
    "onlyIf: ['(#deliveryId = :leaseId OR attribute_exists(#deliveredSeq))', ",
  ),
  mutant(
    'delivery: the lease ends although a message has come',
    DELIVERIES,
    "['#seq = :deliveredSeq']",
    "['#seq >= :deliveredSeq']",
  ),
  mutant(
    'delivery: the tail loses what is not its oldest',
    DELIVERIES,
    "'#tail[0] = :first',",
    "'(#tail[0] = :first OR attribute_exists(#tail))',",
  ),
  mutant(
    'delivery: the tail loses what was recalled since',
    DELIVERIES,
    'const plain = stored.filter(({ isRecalled }) => !isRecalled);',
    'const plain = stored.slice(0, 0);',
  ),
  mutant(
    'delivery: the lease is taken over from anybody',
    DELIVERIES,
    "onlyIf: ['#deliveryId = :formerId'],",
    "onlyIf: ['(#deliveryId = :formerId OR attribute_exists(#epoch))'],",
  ),
  mutant(
    'delivery: times of messages may go back',
    ROOM_ROW,
    'sentAtMs = Math.max(sentAtMs, tailTimes[index] ?? 0);',
    'sentAtMs = tailTimes[index] ?? 0;',
  ),
  mutant(
    'delivery: the time of the room ignores the tail',
    ROOM_ROW,
    'lastMessageAtMs: latest(stored.lastMessageAtMs, stored.tailTimes),',
    'lastMessageAtMs: stored.lastMessageAtMs,',
  ),
  mutant(
    'delivery: an allowlisting ignores the times of the tail',
    ROOM_ROW,
    'latest(allowlistedAtMs[user] ?? 0, allowlistedTimes[user] ?? [])',
    'latest(allowlistedAtMs[user] ?? 0, [])',
  ),
  mutant('delivery: each lease has lapsed', DELIVERY, 'nowMs > delivery.lease.untilMs', 'nowMs > 0'),
  mutant(
    'delivery: in line although another message waits',
    DELIVERY,
    ' && deliveredSeq >= room.seq - 1;',
    ' && deliveredSeq >= 0;',
  ),
  mutant(
    'delivery: the room is not read after the wait',
    ROOM_DELIVERY,
    "if (!(await this.#read())) return 'ended';\n    await this.#listeners.readFirst();",
    'await this.#listeners.readFirst();',
  ),
  mutant(
    'delivery: a round goes on without its lease',
    ROOM_DELIVERY,
    'if (!(await this.#read())) return false;\n    await this.keep();',
    'await this.#read();\n    await this.keep();',
  ),
  mutant(
    'delivery: a long window is waited for at once',
    ROOM_DELIVERY,
    'Math.min(this.#leftMs, KEEP_EVERY_MS)',
    'this.#leftMs',
  ),
  mutant('delivery: the first window knows no connections', ROOM_DELIVERY, 'await this.#listeners.readFirst();', ''),
  mutant(
    'delivery: a round begins that takes longer than its time',
    ROOM_DELIVERY,
    'Math.min(this.#roundMs, this.#mostMs)',
    '0',
  ),
  mutant('delivery: a round goes on after its time', ROOM_DELIVERY, 'if (this.#isLate) return false;', ''),
  mutant(
    'delivery: late members get nothing',
    'lib/usecases/deliver-messages.ts',
    "=== 'ended') return delivery.postToLate();",
    "=== 'ended') return;",
  ),
  mutant(
    'delivery: late members get nothing of what was posted',
    LISTENERS,
    'if (missed.length > 0 && late.length > 0) {',
    'if (missed.length < 0) {',
  ),
  mutant(
    'delivery: a message that was not read counts as delivered',
    IN_LINE,
    'const ended = isDone && ',
    'const ended = ',
  ),
  mutant(
    'delivery: no message continues an abandoned delivery',
    IN_LINE,
    'else await deliverAbandoned(deps, room);',
    '',
  ),
  mutant(
    'delivery: a repeated send continues no delivery',
    'lib/usecases/send-message.ts',
    'await deliverAbandoned(deps, room);',
    '',
  ),
  mutant(
    'delivery: the list of offline members decides',
    EVICT_DUE,
    'row.roomEpoch === room.epoch && isEvicted(row, room, deps.settings)',
    'row.roomEpoch === room.epoch',
  ),
  mutant(
    'delivery: evictions begin again',
    'lib/usecases/evict-all-due.ts',
    'evictDue(deps, room, cursor)',
    "evictDue(deps, room, '')",
  ),
  mutant(
    'delivery: posts are repeated to who is out',
    'lib/usecases/repost-messages.ts',
    'await stillThere(deps, job, connections),',
    'connections,',
  ),
  mutant(
    'delivery: the watch leaves a lease that holds by its clock',
    WATCH,
    "throw new StoreFault('unable to continue a delivery; its lease has not lapsed');",
    'return;',
  ),
  mutant(
    'delivery: the watch takes a failed start for one',
    WATCH,
    "throw new StoreFault('unable to continue a delivery; no Lambda could be started');",
    'return;',
  ),
  mutant(
    'delivery: the watch ignores a renewal',
    WATCH,
    " || lease.untilMs > untilMs) return 'ended';",
    ") return 'ended';",
  ),
  mutant('delivery: the tail is removed before it is logged', LOG_TAIL, 'await Promise.all([', 'void Promise.all(['),
  mutant(
    'delivery: transient messages leave the tail before they are delivered',
    LOG_TAIL,
    'transient === true && seq > deliveredSeq',
    'transient === true && seq < 0',
  ),
  mutant(
    'delivery: a message is accepted before its content is stored',
    'lib/usecases/steps/accept-message.ts',
    'await deps.store.putContent(',
    'void deps.store.putContent(',
  ),
  mutant(
    'delivery: a content that has expired blocks the room',
    'lib/usecases/steps/tail-messages.ts',
    'return content === undefined ? [] : [{',
    'return [{',
  ),
  mutant(
    'delivery: members who left between two messages are listed by name',
    'lib/store/dynamodb/keys.ts',
    'paddedTime(atMs)',
    'paddedTime(0)',
  ),
];
