import type { EndReason } from '../../protocol/end-reason.ts';

/** What the app asked for when it joined. The client uses it again for each resume and rejoin. */
export interface JoinOptions {
  readonly messageCount: number;
  readonly autoCreate: boolean;
}

/** A membership as the client knows it. */
export interface Member extends JoinOptions {
  readonly roomEpoch: string;
  readonly membershipId: string;
}

/** Whether this user is in one room, as far as the client knows. */
export type MembershipState =
  | { readonly at: 'out' }
  /** A join is asked for, by the app or by the client. `member`: the user is one already. */
  | { readonly at: 'joining'; readonly by: 'app'; readonly member: Member | undefined }
  /** The user was evicted, and the client joins again. */
  | { readonly at: 'joining'; readonly by: 'client'; readonly options: JoinOptions; readonly member?: undefined }
  | { readonly at: 'in'; readonly member: Member }
  /** The client asks whether the user is still a member, and for what was missed. */
  | { readonly at: 'resuming'; readonly member: Member }
  | { readonly at: 'leaving'; readonly member: Member | undefined }
  /**
   * The server may have a member here, and the app does not count on it: the outcome of a join or of a leave is not
   * known, or the server shows the user as a member. The client asks to leave until the server has decided.
   */
  | { readonly at: 'unknown'; readonly after: 'join' | 'leave' | 'sign' };

/** What happens to a membership. */
export type MembershipEvent =
  /** The first attempt of the app's join is sent. */
  | { readonly type: 'join' }
  /** The first attempt of the app's leave is sent. */
  | { readonly type: 'leave' }
  /** Frames go over another link, or the server refused something because the user is not in the room. */
  | { readonly type: 'doubt' }
  /** The server counts the user in. */
  | { readonly type: 'joined'; readonly to: 'join' | 'resume'; readonly member: Member }
  /** A join or a resume is refused; `reason`: the known membership has ended. */
  | {
      readonly type: 'refused';
      readonly to: 'join' | 'resume';
      readonly code: number;
      readonly reason: EndReason | undefined;
    }
  /** The app has an error, and the server may have served its join or leave all the same. */
  | { readonly type: 'overdue'; readonly to: 'join' | 'leave' }
  /** The server says that the user is no member. */
  | { readonly type: 'left' }
  /** A leave is refused: the user stays. */
  | { readonly type: 'stays' }
  /** The server has ended the known membership. */
  | { readonly type: 'removed'; readonly reason: EndReason }
  | { readonly type: 'destroyed' }
  /** Another user connects with this client. */
  | { readonly type: 'userChanged' }
  /** The server sends what only members get, long after the end of the membership. */
  | { readonly type: 'sign' };

/** What is to be done after a transition, in this order. */
export type MembershipEffect =
  | { readonly do: 'ask'; readonly what: 'resume' | 'rejoin' | 'leave' }
  /** Drop what the room has kept. */
  | { readonly do: 'forget' }
  | { readonly do: 'report removed'; readonly reason: EndReason }
  /** The client has joined again; or, with an error code, the user is no member any more. */
  | { readonly do: 'report joined'; readonly code: number }
  | { readonly do: 'report left' };

export interface MembershipStep {
  readonly state: MembershipState;
  readonly effects: readonly MembershipEffect[];
}

/** The membership that the client knows, in any state that has one. */
export function memberOf(state: MembershipState): Member | undefined {
  return 'member' in state ? state.member : undefined;
}
