import type { Resolver, Template } from './resolver.ts';

/** One statement of a role's policies, with plain values. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

function readDocument(document: unknown): Statement[] {
  const { Statement } = document as { Statement?: Record<string, unknown>[] };
  return (Statement ?? []).map((statement) => {
    if (statement.Condition !== undefined || statement.NotAction !== undefined || statement.NotResource !== undefined) {
      // A grant that is read too widely would hide a missing one.
      throw new Error('unable to read a policy; conditions, NotAction and NotResource are not known here');
    }
    return {
      effect: statement.Effect === 'Deny' ? 'Deny' : 'Allow',
      actions: list(statement.Action),
      resources: list(statement.Resource),
    };
  });
}

/** The statements of a role: its inline policies and the policies attached to it within the template. */
export function readStatements(template: Template, resolver: Resolver, role: unknown): Statement[] {
  const roleArn = resolver.resolve(role);
  const roleIds = Object.keys(template.Resources).filter(
    (id) => template.Resources[id]?.Type === 'AWS::IAM::Role' && resolver.arn(id) === roleArn,
  );
  return roleIds.flatMap((roleId) => {
    const inline = resolver.resolve(template.Resources[roleId]?.Properties?.Policies ?? []) as Record<
      string,
      unknown
    >[];
    const attached = Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
      .map(({ Properties }) => resolver.resolve(Properties ?? {}) as Record<string, unknown>)
      .filter(({ Roles }) => list(Roles ?? []).includes(resolver.physicalName(roleId)));
    return [...inline, ...attached].flatMap(({ PolicyDocument }) => readDocument(PolicyDocument));
  });
}
