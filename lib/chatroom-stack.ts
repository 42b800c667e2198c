import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from './domain/settings.ts';
import { Chatroom } from './infra/chatroom.ts';

/** A deployment that has a stack to itself; `lib/infra/chatroom.ts` has it on one screen. */
export class ChatroomStack extends Stack {
  readonly chatroom: Chatroom;

  constructor(scope: Construct, id: string, settings: Partial<DeploymentSettings>, props: StackProps = {}) {
    super(scope, id, { description: 'Doorman: serverless chatrooms', ...props });
    this.chatroom = new Chatroom(this, 'Default', { settings });
  }
}
