import { createHash, timingSafeEqual } from 'node:crypto';

/** What the authorizer reads of a handshake. */
interface Handshake {
  readonly methodArn: string;
  readonly queryStringParameters?: Readonly<Record<string, string>> | null;
  readonly requestContext: { readonly connectionId: string; readonly requestTimeEpoch: number };
}

/** Lets in who knows the token of this run. Each connection is a user of its own, named in the context. */
export const handler = async ({ methodArn, queryStringParameters: query, requestContext }: Handshake) => {
  const given = createHash('sha256')
    .update(query?.token ?? '')
    .digest();
  const expected = Buffer.from(process.env.TOKEN_SHA256 ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('Unauthorized');
  const nowMs = requestContext.requestTimeEpoch;
  return {
    principalId: 'facts',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
    context: { userId: query?.user ?? 'nobody', issuedAtMs: `${nowMs}`, expiresAtMs: `${nowMs + 7_200_000}` },
  };
};
