import { App, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { cdkContext } from '../../bin/stage/cdk-context.ts';
import { ChatroomStack } from '../../lib/chatroom-stack.ts';
import type { DeploymentSettings } from '../../lib/domain/settings.ts';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A statement of a policy. */
export interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** An app without the bundles of Lambdas, which other tests check. */
export const appWithoutBundles = (): App =>
  new App({ context: { ...cdkContext(), 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });

/** The template of a deployment with these settings. */
export const synthesizeTemplate = (settings: Partial<DeploymentSettings> = {}, props: StackProps = {}): Template =>
  Template.fromStack(new ChatroomStack(appWithoutBundles(), 'Chatroom', settings, props));

/** All logical ids of a type, without the hash at their ends. */
export function names(template: Template, type: string): string[] {
  return Object.keys(template.findResources(type)).map((id) => id.replace(/[0-9A-F]{8}$/, ''));
}

/** The only resource of the type with this logical id, which is given without its hash. */
export function one(template: Template, type: string, name: string): Resource {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    new RegExp(`^${name}[0-9A-F]{8}$`).test(id),
  );
  expect(found.map(([id]) => id)).toHaveLength(1);
  return found[0]?.[1] as Resource;
}

/** The environment of a Lambda. */
export function variables(template: Template, name: string): Record<string, unknown> {
  const lambda = one(template, 'AWS::Lambda::Function', `${name}Function`);
  return (lambda.Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

/** What the role of a Lambda allows. */
export function statements(template: Template, name: string): Statement[] {
  const policy = one(template, 'AWS::IAM::Policy', `${name}RoleDefaultPolicy`);
  return (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement;
}

/** A reference to this resource, given without its hash. */
export function refer(name: string, attribute?: string): Record<string, unknown> {
  const id = expect.stringMatching(new RegExp(`^${name}[0-9A-F]{8}$`));
  return attribute === undefined ? { Ref: id } : { 'Fn::GetAtt': [id, attribute] };
}
