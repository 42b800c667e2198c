/** The code of each call of a client that is closed or destroyed: RongCloud's `ENGINE_DESTROYED`. */
export const CLIENT_CLOSED = 2;
