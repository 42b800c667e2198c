// The construct as CDK apps import it from `doorman/cdk`.
export type { DeploymentSettings } from '../domain/settings.ts';
export { Chatroom } from './chatroom.ts';
export type { ApiDomain, ChatroomProps } from './chatroom-props.ts';
export type { FunctionName } from './grants.ts';
