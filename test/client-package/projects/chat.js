/** Connects, joins, sends a text, waits for one, leaves; `report` gets each step and what came of it. */
export async function chat(doorman, { token, room, report, ...options }) {
  const engine = doorman.createEngine('doorman', options);
  const received = new Promise((resolve) => engine.setOnMessageReceivedListener(resolve));
  report('connect', await new Promise((end) => engine.connect(token, 20, { onConnected: end })));
  report('join', await new Promise((end) => engine.joinChatRoom(room, -1, true, { onChatRoomJoined: end })));
  const { CHATROOM } = doorman.RCIMIWConversationType;
  const message = await engine.createTextMessage(CHATROOM, room, '', 'hello from the package');
  report('send', await new Promise((end) => engine.sendMessage(message, { onMessageSent: end })));
  report('receive', (await received).text);
  report('leave', await new Promise((end) => engine.leaveChatRoom(room, { onChatRoomLeft: end })));
  report('destroy', await engine.destroy());
}
