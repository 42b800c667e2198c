import type { Member, MemberEndReason } from '../../domain/member.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { MemberEvent } from '../changes.ts';
import type { Members } from '../members.ts';
import { endKey, expiry, MEMBER_PREFIX, memberKey, roomKey } from './keys.ts';
import { END_KEPT_MS, fingerprint, memberRowExpiry, toMember, toMemberRow } from './member-row.ts';
import { atRevision, randomRevision } from './revision.ts';
import type { Table } from './table.ts';
import { isDone, isDoneOnce } from './write-outcome.ts';

/** Member rows in DynamoDB. */
export class DynamoMembers implements Members {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getMember = async (room: RoomId, user: UserId): Promise<Member | undefined> => {
    const row = await this.#table.get(memberKey(room, user));
    return row === undefined ? undefined : toMember(row);
  };

  readonly getMembers = async (room: RoomId, users: readonly UserId[]): Promise<readonly Member[]> => {
    const keys = [...new Set(users)].map((user) => memberKey(room, user));
    return (await this.#table.getMany(keys)).map(toMember);
  };

  readonly putMember = async (next: Member, revision: number, event?: MemberEvent): Promise<Member | 'conflict'> => {
    const stored: Member = { ...next, revision: revision === 0 ? randomRevision(this.#table.random) : revision + 1 };
    const nowMs = this.#table.now();
    // A: read revision 7 ------------------------ put -> refused: A reads again and decides on the row of B, even if
    // B: ------------------ put -> revision 8                        B has put the same: then B has reported it
    // A: read no row ---------------------------- put -> refused, B has joined in between
    // A: read no row, put -> stored, answer lost --- left, row deleted -- put again would succeed: it is not repeated
    // A: put -> stored, answer lost ------------- put -> refused, finds exactly its own row: stored
    // A: read revision 7 -- deleted -- B: created: the start is random, so B's is not 7 -- A: put -> refused
    const Item = {
      ...{ ...memberKey(next.roomId, next.userId), ...toMemberRow(stored), event },
      ...memberRowExpiry(stored, nowMs),
    };
    const isFirst = revision === 0;
    const put = this.#table.put({ Item, ...atRevision(revision, nowMs) }, isFirst ? 'report-lost' : 'repeat');
    const isOwn = async () => {
      const now = await this.getMember(next.roomId, next.userId);
      return now !== undefined && fingerprint(now) === fingerprint(stored);
    };
    return (await (isFirst ? isDoneOnce : isDone)(put, isOwn)) ? stored : 'conflict';
  };

  readonly deleteMember = async (member: Member): Promise<'deleted' | 'conflict'> => {
    const { membershipId, revision } = member;
    const names = {
      '#revision': 'revision',
      ...(membershipId === undefined ? {} : { '#membershipId': 'membershipId' }),
    };
    const values = { ':revision': revision, ...(membershipId === undefined ? {} : { ':membershipId': membershipId }) };
    // evict: read revision 7 ------------------------ delete -> refused: the member has resumed
    // join:  ------------------ resumed, revision 8
    // other: ------------------ delete -> done        delete -> refused: the other one reports it
    // evict: delete -> done, answer lost ------------ delete -> refused, finds no row: counted as its own deletion
    const deletion = this.#table.delete({
      Key: memberKey(member.roomId, member.userId),
      ConditionExpression: `#revision = :revision${membershipId === undefined ? '' : ' AND #membershipId = :membershipId'}`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    });
    const isDeleted = async () => (await this.getMember(member.roomId, member.userId)) === undefined;
    return (await isDone(deletion, isDeleted)) ? 'deleted' : 'conflict';
  };

  readonly noteEnd = async (membershipId: string, reason: MemberEndReason): Promise<void> => {
    // No condition: of two concurrent ends the later note stays, and both are about to end the membership.
    const kept = expiry(this.#table.now() + END_KEPT_MS);
    await this.#table.put({ Item: { ...endKey(membershipId), reason, ...kept } });
  };

  readonly getEnd = async (membershipId: string): Promise<MemberEndReason | undefined> => {
    const row = await this.#table.get(endKey(membershipId));
    return row?.reason as MemberEndReason | undefined;
  };

  readonly listMembers = async (
    room: RoomId,
    cursor?: string,
    limit?: number,
  ): Promise<{ readonly members: readonly Member[]; readonly cursor?: string }> => {
    const { pk } = roomKey(room);
    const { rows, next } = await this.#table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': MEMBER_PREFIX },
      ExclusiveStartKey: cursor === undefined ? undefined : { pk, sk: cursor },
      Limit: limit,
    });
    const members = rows.map(toMember);
    return next === undefined ? { members } : { members, cursor: next.sk };
  };
}
