/** What happens to one device on a bad network, and what its app sees of it, as docs/bad-networks.md shows it. */
export interface Scenario {
  readonly what: string;
  /**
   * In order. `status`: the connection has this status; `callback`: of the call; `listener`: of the engine. What begins
   * with a time happens that many seconds after the beginning, rounded down.
   */
  readonly sees: readonly string[];
  /** What the app of another member sees, who has a good network. */
  readonly otherSees: readonly string[];
}

const RECONNECTS = ['status SUSPEND', 'status CONNECTING', 'status CONNECTED'];
const reconnectsAfter = (sec: number): readonly string[] => RECONNECTS.map((status) => `${sec} s: ${status}`);
const numbered = (count: number, line: (text: string) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => line(`b${index + 1}`));

/** The scenarios by the room in which they happen. */
export const scenarios = {
  sending: {
    what: 'The connection is reset before the server has a message that the app sends.',
    sees: [...reconnectsAfter(0), '0 s: callback onMessageSent 0 "m1" seq 1'],
    otherSees: ['message "m1"'],
  },
  sent: {
    what: 'The connection is reset after the server has accepted a message, before its answer arrives.',
    sees: [...reconnectsAfter(0), '0 s: callback onMessageSent 0 "m1" seq 1'],
    otherSees: ['message "m1"'],
  },
  joining: {
    what: 'The connection is reset after a join, before its answer arrives.',
    sees: ['listener onChatRoomJoining', ...reconnectsAfter(0), '0 s: callback onChatRoomJoined 0'],
    otherSees: ['ann joined'],
  },
  leaving: {
    what: 'The app leaves, and nothing that the server sends arrives any more.',
    sees: [...reconnectsAfter(20), '20 s: callback onChatRoomLeft 0'],
    otherSees: ['ann left'],
  },
  'slow-send': {
    what: 'A message, with a round trip of 12 s.',
    sees: ['12 s: callback onMessageSent 0 "m1" seq 1'],
    otherSees: ['message "m1"'],
  },
  'slow-leave': {
    what: 'A leave, with a round trip of 12 s.',
    sees: ['12 s: callback onChatRoomLeft 0'],
    otherSees: ['ann left'],
  },
  dead: {
    what: 'The connection dies in both directions and nobody says so. The app does nothing; another member sends b1.',
    sees: [...reconnectsAfter(55), '55 s: message "b1", sent before'],
    otherSees: [],
  },
  mute: {
    what: 'The connection dies upwards: what the server sends arrives, m1 of the app does not.',
    sees: [
      '0 s: message "b1"',
      '10 s: message "b2"',
      '20 s: message "b3"',
      '30 s: callback onMessageSent 30003 "m1"',
      '30 s: message "b4"',
      ...reconnectsAfter(40),
      '40 s: listener onMessageSent 0 "m1" seq 5',
    ],
    otherSees: ['message "m1"'],
  },
  deaf: {
    what: 'The connection dies downwards: m1 of the app reaches the server, and nothing arrives from there.',
    sees: [...reconnectsAfter(20), '20 s: callback onMessageSent 0 "m1" seq 1'],
    otherSees: ['message "m1"'],
  },
  refused: {
    what: 'The connection is closed, and four attempts to reconnect are refused.',
    sees: [
      'status SUSPEND',
      ...Array.from({ length: 4 }, () => ['status CONNECTING', 'status SUSPEND']).flat(),
      ...RECONNECTS.slice(1),
      'message "b1", sent before',
    ],
    otherSees: [],
  },
  hanging: {
    what: 'The connection is reset and each attempt to reconnect hangs, for longer than a call of the app may take.',
    sees: [
      '0 s: status SUSPEND',
      '0 s: status CONNECTING',
      '10 s: status SUSPEND',
      'status CONNECTING',
      'status SUSPEND',
      'status CONNECTING',
      '30 s: callback onMessageSent 30002 "m1"',
      'status SUSPEND',
      'status CONNECTING',
      'status CONNECTED',
    ],
    otherSees: [],
  },
  restart: {
    what: 'The server is restarted.',
    sees: [...RECONNECTS, 'message "b0", sent before', 'callback onMessageSent 0 "m1" seq 2', 'message "b1"'],
    otherSees: [...RECONNECTS, 'message "m1"'],
  },
  switch: {
    what: 'The device changes its network: the platform says `offline`, then `online`, and the old connection is dead.',
    sees: [
      '0 s: status NETWORK_UNAVAILABLE',
      '0 s: status CONNECTING',
      ...reconnectsAfter(10),
      '10 s: message "b1", sent before',
    ],
    otherSees: [],
  },
  slow: {
    what: 'Over a link of 2,000 bytes a second arrive 20 messages of others, and the answer to m1 of the app.',
    sees: [...numbered(20, (text) => `message "${text}"`), 'callback onMessageSent 0 "m1" seq 21'],
    otherSees: ['message "m1"'],
  },
  hole: {
    what: 'Of the messages b1 and b2 the push of the first is lost.',
    sees: ['0 s: message "b1"', '0 s: message "b2"'],
    otherSees: [],
  },
  'offline-30': {
    what: 'The device is offline for 30 messages, and then returns.',
    sees: [...RECONNECTS, ...numbered(30, (text) => `message "${text}", sent before`)],
    otherSees: [],
  },
  'offline-31': {
    what: 'The device is offline for 31 messages, and then returns.',
    sees: [
      ...RECONNECTS,
      ...['removed: offline', 'listener onChatRoomJoining', 'listener onChatRoomJoined 0', 'gap: 0 to 32'],
    ],
    otherSees: ['ann left', 'ann joined'],
  },
  blocked: {
    what: 'The user is blocked in the room while they are offline. The app then joins again.',
    sees: [...RECONNECTS, 'removed: blocked', 'listener onChatRoomJoining', 'callback onChatRoomJoined 23409'],
    otherSees: ['ann left'],
  },
  'two-devices': {
    what: 'The connection of the phone dies silently; the computer of the same user has a good one, and sends m1.',
    sees: [...reconnectsAfter(55), '55 s: message "b1", sent before', '55 s: message "m1", sent before'],
    otherSees: ['message "m1"'],
  },
  token: {
    what: 'The token expires while the device is offline. The app gave a function that fetches another one.',
    sees: ['status SUSPEND', 'status CONNECTING', 'the function for tokens is called', 'status CONNECTED'],
    otherSees: [],
  },
  'token-alone': {
    what: 'The token expires while the device is offline. The app gave no function, and connects with a new token.',
    sees: [
      ...['status SUSPEND', 'status CONNECTING', 'status TOKEN_INCORRECT'],
      ...['status CONNECTING', 'status CONNECTED', 'callback onConnected 0'],
    ],
    otherSees: [],
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
