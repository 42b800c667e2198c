/**
 * The address of an AWS service in a Region, unless the environment names another, as the SDK has it. `service`: as in the
 * host name.
 */
export function serviceEndpoint(service: string, region: string, override: string | undefined): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return override ?? `https://${service}.${region}.${domain}`;
}
