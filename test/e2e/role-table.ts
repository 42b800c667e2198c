import type { UsedGrant } from '../../lib/local/iam/iam.ts';
import type { LocalFunction } from '../../lib/local/template/local-function.ts';

/** The grants of a function as `action resource`, without what is the same in all. */
export type GrantSet = readonly string[];

/** A connection id stands for all, as in a policy. */
const general = (resource: string): string =>
  resource.replace(/^arn:aws:[^:]+:[^:]*:\d+:/, '').replace(/(@connections\/).+$/, '$1*');

const sorted = (grants: readonly string[]): GrantSet =>
  [...new Set(grants)].toSorted((one, other) => (one < other ? -1 : 1));

/** What the role of a function allows. */
export function grantedTo({ path, statements }: LocalFunction): GrantSet {
  if (statements.some(({ effect }) => effect !== 'Allow')) throw new Error(`unable to list ${path}; it denies`);
  return sorted(
    statements.flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${action} ${general(resource)}`)),
    ),
  );
}

/** What a function, or Lambda on its behalf, has used. */
export const usedBy = ({ logicalId }: LocalFunction, used: readonly UsedGrant[]): GrantSet =>
  sorted(
    used
      .filter(({ functionId }) => functionId === logicalId)
      .map(({ action, resource }) => `${action} ${general(resource)}`),
  );

/** One line for each function and resource, with the actions on it. */
export function tableOf(functions: readonly LocalFunction[], used: readonly UsedGrant[]): string {
  const rows = functions.flatMap((fn) => {
    const resources = new Map<string, string[]>();
    for (const grant of usedBy(fn, used)) {
      const [action = '', resource = ''] = grant.split(' ');
      resources.set(resource, [...(resources.get(resource) ?? []), action]);
    }
    return [...resources].map(([resource, actions]) => `| ${fn.path} | ${resource} | ${actions.join(', ')} |`);
  });
  return ['| function | resource | used = granted |', '| --- | --- | --- |', ...rows].join('\n');
}
