/* Guards of the names and pictures of members. */

import { type Mutant, mutant } from './mutant.ts';

const CHANGES = 'lib/store/dynamodb/changes.ts';
const FRAMES = 'lib/usecases/steps/in-frames.ts';
const MEMBER = 'lib/domain/member.ts';
const NOTED = 'lib/usecases/steps/member-sender.ts';

export const profileMutants: readonly Mutant[] = [
  mutant('a name is noted although the setting is off', NOTED, 'sender: settings.memberProfiles && ', 'sender: '),
  mutant('a name of before is shown although the setting is off', NOTED, '  settings.memberProfiles && ', '  '),
  mutant(
    'a resume keeps the former name',
    MEMBER,
    '    sender,\n    conn',
    '    sender: member.sender ?? sender,\n    conn',
  ),
  mutant(
    'a send that resumes forgets the name',
    'lib/usecases/steps/resume-membership.ts',
    'joining(deps, caller, connection)',
    'connection',
  ),
  mutant('a former member keeps the name', MEMBER, '    sender: undefined,\n', ''),
  mutant(
    'the notice of an end by a write names nobody',
    CHANGES,
    'const sender = senderBefore(before);',
    'const sender = senderBefore(undefined);',
  ),
  mutant(
    'the notice of an end by a deletion names nobody',
    CHANGES,
    'return sender === undefined ? change : { ...change, sender };\n}\n',
    'return change;\n}\n',
  ),
  mutant(
    'an address that is all escapes is listed',
    'lib/protocol/sender.ts',
    '<= MEMBER_SENDER_BYTES_MAX',
    '<= Infinity',
  ),
  mutant('a notice is longer than a frame may be', FRAMES, ' && bytes + added <= FRAME_BYTES_MAX', ''),
];
