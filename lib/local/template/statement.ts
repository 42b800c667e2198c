import { listOf } from '../base/json.ts';
import type { Template } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';

/** One statement of a role's policies, with plain values. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

function readDocument(document: unknown): Statement[] {
  const { Statement } = document as { Statement?: Record<string, unknown>[] };
  return (Statement ?? []).map((statement) => {
    if (statement.Condition !== undefined || statement.NotAction !== undefined || statement.NotResource !== undefined) {
      // Ignoring a condition would allow too much and hide a missing grant.
      throw new Error('unable to read a policy; the local stack supports no Condition, NotAction or NotResource');
    }
    return {
      effect: statement.Effect === 'Deny' ? 'Deny' : 'Allow',
      actions: listOf(statement.Action).map(String),
      resources: listOf(statement.Resource).map(String),
    };
  });
}

/** Reads the statements of a role: its inline policies and the policies that the template attaches to it. */
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
      .filter(({ Roles }) =>
        listOf(Roles ?? [])
          .map(String)
          .includes(resolver.physicalName(roleId)),
      );
    return [...inline, ...attached].flatMap(({ PolicyDocument }) => readDocument(PolicyDocument));
  });
}
