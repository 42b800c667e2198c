import { CfnOutput } from 'aws-cdk-lib';
import { ApiMapping, DomainName, type IApi, type IDomainName, type IStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { ApiDomain } from './chatroom-props.ts';

/** Serves a stage of an API under a domain name of one's own; its own address keeps working. */
export class MappedDomain extends Construct {
  /** Its regional domain name, which is an output too, is what the DNS record must point to. */
  readonly domain: IDomainName;

  constructor(scope: Construct, id: string, { domainName, certificate }: ApiDomain, api: IApi, stage: IStage) {
    super(scope, id);
    this.domain = new DomainName(this, 'Name', { domainName, certificate });
    new ApiMapping(this, 'Mapping', { api, domainName: this.domain, stage });
    new CfnOutput(scope, `${id}Target`, { value: this.domain.regionalDomainName });
  }
}
