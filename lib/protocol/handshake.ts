/** Sub-protocol that the server selects; a second one, `token.<jwt>`, carries the token. */
export const SUB_PROTOCOL = 'doorman.v1';
export const TOKEN_SUB_PROTOCOL_PREFIX = 'token.';
/**
 * A client offers `doorman.refused.<code>` beside the others, for each code it knows. The server selects one of them to
 * refuse the connection and say why, which a failed handshake cannot do in a browser; the client then closes.
 */
export const REFUSED_SUB_PROTOCOL_PREFIX = 'doorman.refused.';
/** Name of the query parameter that carries the token where a client cannot set a sub-protocol. */
export const TOKEN_QUERY = 'token';
/** Query parameter for the kind of device, one of `PLATFORMS`. */
export const PLATFORM_QUERY = 'platform';
/** Query parameter for the login on that device: a text of the client's own, new with each `connect` of the app. */
export const INSTANCE_QUERY = 'instance';

export const PLATFORMS = ['mobile', 'web', 'desktop'] as const;
export type Platform = (typeof PLATFORMS)[number];
