import type { LocalFunction } from '../template/local-function.ts';
import { matchesWildcard } from './wildcard.ts';

/** A grant that a function used. */
export interface UsedGrant {
  readonly functionId: string;
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
}

/** An action on a resource that a request needs a grant for. */
export interface RequiredGrant {
  readonly action: string;
  readonly resource: string;
}

/** Decides by the policies of the functions' roles, and records the grants that were used. */
export interface Iam {
  knows(functionId: string): boolean;
  /** Records nothing: a question is no use. */
  allows(functionId: string, action: string, resource: string): boolean;
  /** Records the grants as used if all of them are allowed; else it records none, and returns the first that is missing. */
  use(functionId: string, required: readonly RequiredGrant[]): RequiredGrant | undefined;
  usedGrants(): UsedGrant[];
}

/** Creates the IAM of a stack. */
export function createIam(functions: readonly LocalFunction[]): Iam {
  const byId = new Map(functions.map((fn) => [fn.logicalId, fn]));
  const used = new Map<string, UsedGrant>();
  const allows: Iam['allows'] = (functionId, action, resource) => {
    const matching = (byId.get(functionId)?.statements ?? []).filter(
      ({ actions, resources }) =>
        actions.some((pattern) => matchesWildcard(pattern, action, 'any')) &&
        resources.some((pattern) => matchesWildcard(pattern, resource, 'exact')),
    );
    return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
  };
  return {
    knows: (functionId) => byId.has(functionId),
    allows,
    use: (functionId, required) => {
      const missing = required.find(({ action, resource }) => !allows(functionId, action, resource));
      const functionName = byId.get(functionId)?.path;
      if (missing !== undefined || functionName === undefined) return missing;
      for (const { action, resource } of required) {
        used.set(`${functionId} ${action} ${resource}`, { functionId, functionName, action, resource });
      }
      return undefined;
    },
    usedGrants: () => [...used.values()],
  };
}
