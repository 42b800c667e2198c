import type { ServerApiDeps } from './endpoint.ts';
import type { HttpRequest } from './http.ts';
import { checkRongCloudSignature } from './rongcloud-signature.ts';
import { SIGNATURE_VERSION } from './sign-request.ts';
import { unsigned } from './signature-parts.ts';
import { checkStrongSignature } from './strong-signature.ts';

/** Throws unless the call has our app key and is signed with one of the secrets in force, in a form that is accepted. */
export async function checkSignature(d: ServerApiDeps, request: HttpRequest): Promise<void> {
  const version = request.headers['signature-version'] ?? '';
  if (version === SIGNATURE_VERSION) return checkStrongSignature(d, request);
  if (version !== '' || d.deps.settings.strongSignaturesOnly) {
    throw unsigned(`Signature-Version must be ${SIGNATURE_VERSION}`);
  }
  return checkRongCloudSignature(d, request);
}
