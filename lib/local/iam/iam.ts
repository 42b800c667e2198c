import type { LocalFunction } from '../template/local-function.ts';
import { matchesWildcard } from './wildcard.ts';

/** A grant that a function used. */
export interface UsedGrant {
  readonly functionId: string;
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
}

/** Decides by the policies of the functions' roles, and records the grants that were used. */
export interface Iam {
  knows(functionId: string): boolean;
  allows(functionId: string, action: string, resource: string): boolean;
  usedGrants(): UsedGrant[];
}

/** An action on a resource that a request needs a grant for. */
export interface RequiredGrant {
  readonly action: string;
  readonly resource: string;
}

/** Creates the IAM of a stack. */
export function createIam(functions: readonly LocalFunction[]): Iam {
  const byId = new Map(functions.map((fn) => [fn.logicalId, fn]));
  const used = new Map<string, UsedGrant>();
  return {
    knows: (functionId) => byId.has(functionId),
    allows: (functionId, action, resource) => {
      const fn = byId.get(functionId);
      const matching = (fn?.statements ?? []).filter(
        ({ actions, resources }) =>
          actions.some((pattern) => matchesWildcard(pattern, action, 'any')) &&
          resources.some((pattern) => matchesWildcard(pattern, resource, 'exact')),
      );
      const allowed = matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
      if (fn !== undefined && allowed) {
        used.set(`${functionId} ${action} ${resource}`, { functionId, functionName: fn.path, action, resource });
      }
      return allowed;
    },
    usedGrants: () => [...used.values()],
  };
}
