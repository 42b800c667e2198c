import type { Settings } from '../../lib/domain/settings.ts';

/** The settings of each column. */
export const signatureSettings: Readonly<Record<string, Partial<Settings>>> = {
  default: {},
  aged: { signatureMaxAgeSec: 300 },
  once: { singleUseNonces: true },
  strong: { strongSignaturesOnly: true },
};

/** The code of a right call that is signed like this, under each setting. */
export const expectedSignatures = `
                                 | default aged once strong
weak, right                      | 200     200  200  1004
weak, right, prefixed headers    | 200     200  200  1004
weak, right, former secret       | 200     200  200  1004
weak, right, in seconds          | 200     200  200  1004
weak, unknown secret             | 1004    1004 1004 1004
weak, signature of another nonce | 1004    1004 1004 1004
weak, 300 s old                  | 200     200  200  1004
weak, 301 s old                  | 200     1004 200  1004
weak, 301 s ahead                | 200     1004 200  1004
weak, used before                | 200     200  1004 1004
weak, nonce of a webhook         | 1004    1004 1004 1004
weak, without app key            | 1001    1001 1001 1004
weak, other app key              | 1001    1001 1001 1004
weak, without nonce              | 1004    1004 1004 1004
weak, without timestamp          | 1004    1004 1004 1004
weak, without signature          | 1004    1004 1004 1004
weak, malformed timestamp        | 1004    1004 1004 1004
weak, two nonces                 | 1004    1004 1004 1004
weak, two signatures             | 1004    1004 1004 1004
weak, right, GET                 | 1007    1007 1007 1004
no signature                     | 1001    1001 1001 1004
no signature, GET                | 1001    1001 1001 1004
strong, right                    | 200     200  200  200
strong, right, former secret     | 200     200  200  200
strong, unknown secret           | 1004    1004 1004 1004
strong, signed another body      | 1004    1004 1004 1004
strong, signed another path      | 1004    1004 1004 1004
strong, signed another method    | 1004    1004 1004 1004
strong, signed without the query | 1004    1004 1004 1004
strong, 300 s old                | 200     200  200  200
strong, 301 s old                | 1004    1004 1004 1004
strong, 301 s ahead              | 1004    1004 1004 1004
strong, used before              | 1004    1004 1004 1004
strong, nonce of a webhook       | 1004    1004 1004 1004
strong, malformed nonce          | 1004    1004 1004 1004
strong, other app key            | 1001    1001 1001 1001
strong, without app key          | 1001    1001 1001 1001
strong, without nonce            | 1004    1004 1004 1004
strong, without timestamp        | 1004    1004 1004 1004
strong, without signature        | 1004    1004 1004 1004
strong, unknown version          | 1004    1004 1004 1004
strong in name, weak in fact     | 1004    1004 1004 1004
`;
