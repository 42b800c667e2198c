const credentialPattern = /Credential=([^/,\s]+)/;

/** The access key id of a signed request: the logical id of the function that signed it. */
export function signerOf(authorization: string | undefined): string | undefined {
  return credentialPattern.exec(authorization ?? '')?.[1];
}

/** The same authorization header with another access key id. */
export function signedBy(accessKeyId: string, authorization: string | undefined): string | undefined {
  return authorization?.replace(credentialPattern, `Credential=${accessKeyId}`);
}
