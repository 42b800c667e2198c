import type { ResolvedResource } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';

/** A secret: its value, or how to generate one. */
export interface LocalSecret {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly secretString: string | undefined;
  /** The properties of GenerateSecretString. */
  readonly generate: Readonly<Record<string, unknown>>;
}

/** Describes a secret. */
export function describeSecret([logicalId, properties]: ResolvedResource, resolver: Resolver): LocalSecret {
  return {
    logicalId,
    name: resolver.physicalName(logicalId),
    arn: resolver.arn(logicalId),
    secretString: properties.SecretString as string | undefined,
    generate: (properties.GenerateSecretString ?? {}) as Record<string, unknown>,
  };
}
