import { type Engine, useStore } from '../support/emulators.ts';
import { describeConnections } from './connection-contract.ts';
import { describeLog } from './log-contract.ts';
import { describeMembers } from './member-contract.ts';
import { describeRooms } from './room-contract.ts';

/** The store's contract, on an engine. */
export function describeStore(engine: Engine): void {
  const use = useStore(engine);
  describeRooms(use);
  describeMembers(use);
  describeConnections(use);
  describeLog(use);
}
