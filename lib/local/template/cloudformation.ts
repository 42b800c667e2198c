/** The parts of a CloudFormation template that the local stack reads. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** A resource with its properties resolved. */
export type ResolvedResource = readonly [logicalId: string, properties: Record<string, unknown>, resource: Resource];

/** Finds the resources of these types. */
export type FindResources = (...types: string[]) => ResolvedResource[];

/** Finds the function whose ARN a text contains; returns its logical id. */
export type FindFunctionId = (text: unknown) => string | undefined;
