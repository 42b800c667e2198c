import { Code } from '../../protocol/codes.ts';
import type { ConnectionStatus } from '../connection/connection.ts';
import { RCIMIWConnectionStatus as Status } from './types.ts';

/** RongCloud's status of a connection. `code`: why it is closed. */
export function engineStatusOf(status: ConnectionStatus, code: number): Status {
  switch (status) {
    case 'connecting':
      return Status.CONNECTING;
    case 'connected':
      return Status.CONNECTED;
    case 'waiting':
      return Status.SUSPEND;
    case 'offline':
      return Status.NETWORK_UNAVAILABLE;
    case 'closed':
      return closedStatusOf(code);
  }
}

function closedStatusOf(code: number): Status {
  switch (code) {
    case Code.CONNECT_TIMEOUT:
      return Status.TIMEOUT;
    case Code.TOKEN_INCORRECT:
    case Code.TOKEN_EXPIRED:
      return Status.TOKEN_INCORRECT;
    case Code.USER_BLOCKED:
    case Code.BLOCKED_WHILE_CONNECTED:
    case Code.ACCOUNT_CANCELLED:
      return Status.CONN_USER_BLOCKED;
    case Code.KICKED_BY_OTHER_DEVICE:
    case Code.OTHER_DEVICE_CONNECTED:
      return Status.KICKED_OFFLINE_BY_OTHER_CLIENT;
    default:
      return Status.UNCONNECTED;
  }
}
