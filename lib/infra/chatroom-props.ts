import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { DeploymentSettings } from '../domain/settings.ts';

/** A domain name of one's own for an API. Its DNS record is yours: it points to the output `…DomainTarget`. */
export interface ApiDomain {
  /** Such as chat.example.com; an API each. */
  readonly domainName: string;
  /** In the Region of the stack. */
  readonly certificate: ICertificate;
}

/** What a deployment consists of. Everything can be left out. */
export interface ChatroomProps {
  /** The settings that differ from their defaults; docs/settings.md describes each, with its range. */
  readonly settings?: Partial<DeploymentSettings>;
  /**
   * The name by which metrics of several deployments in an account and a Region differ. By default that of the stack,
   * with the id of the construct.
   */
  readonly deployment?: string;
  /** Each alarm notifies it; by default the setting `alarmTopicArn`, or a new topic. */
  readonly alarmTopic?: ITopic;
  /** A table with the keys, the index `audience` and the stream of a former one; by default the setting `tableStreamArn`, or a new table. */
  readonly table?: ITableV2;
  /** By default the setting `secretArn`, or a new secret. */
  readonly secret?: ISecret;
  /** A Lambda that is asked before a client's message is accepted; by default the setting `messageHook`. */
  readonly messageHook?: IFunction;
  /** The domain name to which clients connect. */
  readonly socketDomain?: ApiDomain;
  /** The domain name that application servers call. */
  readonly serverApiDomain?: ApiDomain;
}
