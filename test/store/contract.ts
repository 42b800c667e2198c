import type { StoreUnderTest } from '../support/emulators.ts';
import { describeAllowlist } from './allowlist-contract.ts';
import { describeAudience } from './audience-contract.ts';
import { describeBroadcasts } from './broadcast-contract.ts';
import { describeConnections } from './connection-contract.ts';
import { describeDatedSets } from './dated-set-contract.ts';
import { describeDeliveries } from './delivery-contract.ts';
import { describeDueList } from './due-list-contract.ts';
import { describeEntries } from './entry-contract.ts';
import { describeErasures } from './erasure-contract.ts';
import { describeLeases } from './lease-contract.ts';
import { describeLimits } from './limit-contract.ts';
import { describeLists } from './list-contract.ts';
import { describeLog } from './log-contract.ts';
import { describeLogins } from './login-contract.ts';
import { describeMembers } from './member-contract.ts';
import { describeMessages } from './message-contract.ts';
import { describePresences } from './presence-contract.ts';
import { describeRooms } from './room-contract.ts';
import { describeSentMessages } from './sent-contract.ts';
import { describeTurns } from './turn-contract.ts';
import { describeUsers } from './user-contract.ts';

/** Runs the store's contract on the table that `use` gives. */
export function describeStore(use: () => StoreUnderTest): void {
  describeRooms(use);
  describeAllowlist(use);
  describeMessages(use);
  describeMembers(use);
  describeConnections(use);
  describeLeases(use);
  describeDueList(use);
  describeLogins(use);
  describePresences(use);
  describeLog(use);
  describeSentMessages(use);
  describeDeliveries(use);
  describeAudience(use);
  describeEntries(use);
  describeUsers(use);
  describeTurns(use);
  describeLists(use);
  describeDatedSets(use);
  describeLimits(use);
  describeBroadcasts(use);
  describeErasures(use);
}
