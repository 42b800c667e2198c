import { describeCode } from '../../lib/client/index.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { type Called, type ClientApi, type Declared, type Named, readClientApi } from './client-api.ts';
import { markdownTable } from './markdown-table.ts';

/** Calls whose outcome goes to a listener that has another name than the member of the callback. */
const LISTENER_OF: Readonly<Record<string, string>> = {
  getChatRoomMessages: 'setOnChatRoomMessagesLoadedListener',
  getChatRoomInfo: 'setOnChatRoomInfoLoadedListener',
  getChatRoomEntry: 'setOnChatRoomEntryLoadedListener',
  getChatRoomAllEntries: 'setOnChatRoomAllEntriesLoadedListener',
  onMessageSaved: 'setOnMessageAttachedListener',
};

/** The reference of the client, from its declarations: calls, listeners, types and codes, each list by name. */
export function clientReference(project: string): string {
  const api = readClientApi(project);
  const codes = Object.entries(Code).sort(([, a], [, b]) => a - b);
  return [
    '## Functions',
    ...api.functions.flatMap((each) => callText(each, api)),
    '## Calls of the engine',
    ...api.methods.flatMap((each) => callText(each, api)),
    '## Listeners',
    ...api.listeners.flatMap(listenerText),
    '## Codes',
    markdownTable(
      ['code', 'name', 'what it says'],
      codes.map(([name, code]) => [`${code}`, `\`${name}\``, describeCode(code)]),
    ),
    '## Classes',
    ...api.classes.flatMap(typeText),
    '## Interfaces',
    ...api.interfaces.flatMap(typeText),
    '## Other types',
    ...api.types.flatMap((each) => (each.members.length === 0 ? typeText(each) : unionText(each))),
    '## Constants',
    ...api.constants.flatMap(typeText),
    '## Enums',
    ...api.enums.flatMap(enumText),
  ].join('\n\n');
}

function callText(call: Called, api: ClientApi): readonly string[] {
  const signature = call.parameters.map(({ name, isOptional }) => (isOptional ? `${name}?` : name)).join(', ');
  const { name, about, parameters, returns, isStatic } = call;
  return [
    `### \`${isStatic ? 'RCIMIWEngine.' : ''}${name}(${signature})\``,
    ...(about === '' ? [] : [about]),
    ...(parameters.length === 0 ? [] : [namedTable('takes', parameters)]),
    ...(returns === '' ? [] : [`Returns \`${returns}\`.`]),
    ...outcomeText(call, api),
  ];
}

/** What arrives where: by the callback, or by a listener where there is none. */
function outcomeText({ name, parameters }: Called, { interfaces, listeners }: ClientApi): readonly string[] {
  const type = parameters.at(-1)?.type ?? '';
  const callback = interfaces.find((each) => each.name === type && /Callback$|Listener$/.test(type));
  if (callback === undefined) return [];
  const rows = callback.members.map((member) => {
    const setter = LISTENER_OF[name] ?? LISTENER_OF[member.name] ?? `setO${member.name.slice(1)}Listener`;
    const isThere = listeners.some((listener) => listener.name === setter);
    return [`\`${member.name}\``, `\`${member.type}\``, isThere ? `\`${setter}\`` : '', member.about];
  });
  return [markdownTable(['the callback has', 'called as', 'without a callback', ''], rows)];
}

const listenerText = ({ name, about, parameters }: Called): readonly string[] => [
  `### \`${name}(listener?)\``,
  ...(about === '' ? [] : [about]),
  namedTable('the listener gets', parameters),
];

const typeText = ({ name, about, is, members }: Declared): readonly string[] => [
  `### \`${name}\``,
  ...(about === '' ? [] : [about]),
  ...(is === '' ? [] : [members.length === 0 ? `Is \`${is}\`.` : `Has what \`${is}\` has, and:`]),
  ...(members.length === 0 ? [] : [namedTable('field', members)]),
];

const unionText = ({ name, about, members }: Declared): readonly string[] => [
  `### \`${name}\``,
  ...(about === '' ? [] : [about]),
  markdownTable(
    ['one of', ''],
    members.map((member) => [`\`${member.name}\``, member.about]),
  ),
];

const enumText = ({ name, about, members }: Declared): readonly string[] => [
  `### \`${name}\``,
  ...(about === '' ? [] : [about]),
  markdownTable(
    ['number', 'name', ''],
    members.map((member) => [member.type, `\`${member.name}\``, member.about]),
  ),
];

const namedTable = (title: string, named: readonly Named[]): string =>
  markdownTable(
    [title, 'type', ''],
    named.map(({ name, type, isOptional, about }) => [
      `\`${isOptional ? `${name}?` : name}\``,
      type === '' ? '' : `\`${type}\``,
      about,
    ]),
  );
