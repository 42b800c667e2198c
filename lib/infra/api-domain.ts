import { ApiMapping, DomainName, type IApi, type IStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { ApiDomain } from './chatroom-props.ts';

/** Serves a stage of an API under a domain name of one's own; its own address keeps working. */
export class MappedDomain extends Construct {
  /** What the DNS record of the domain name must point to. */
  readonly regionalDomainName: string;

  constructor(scope: Construct, id: string, { domainName, certificate }: ApiDomain, api: IApi, stage: IStage) {
    super(scope, id);
    const domain = new DomainName(this, 'Name', { domainName, certificate });
    new ApiMapping(this, 'Mapping', { api, domainName: domain, stage });
    this.regionalDomainName = domain.regionalDomainName;
  }
}
