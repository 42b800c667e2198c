import { describe, expect, it } from 'vitest';
import { callCommand } from '../../bin/deployment/call-command.ts';
import { endpoints } from '../../lib/server-api/endpoints.ts';
import { runHere } from './run-here.ts';
import { runScript } from './run-script.ts';

const call = (args: readonly string[]) => runHere(callCommand, args, {});

describe('npm run call', () => {
  const here = ['--server-api', 'http://127.0.0.1:9'];
  const get = '/chatroom/get.json';

  it.each([
    [[], 'unable to call; the path is missing'],
    [['--colour'], "unable to read the options; Unknown option '--colour'"],
    [['/chatroom/gett.json'], 'unable to call /chatroom/gett.json; there is no such path (--paths lists them)'],
    [[get, 'room1'], 'unable to use room1; it must look like name=value'],
    [[get, 'roomId=room1'], 'unable to use roomId; the parameters of /chatroom/get.json are chatroomId'],
    [[get], 'unable to call /chatroom/get.json; chatroomId is missing'],
    [[get, 'chatroomId='], 'unable to call /chatroom/get.json; chatroomId is missing'],
    [[get, 'chatroomId=a', 'chatroomId=b'], 'chatroomId is given more than once'],
    [[get, 'chatroomId=a/b'], 'unable to call /chatroom/get.json; chatroomId must be 1 to 64 of'],
    [['--server-api', 'http://example.com', get, 'chatroomId=a'], 'unable to use --server-api http://example.com;'],
    [['--server-api', 'example.com', get, 'chatroomId=a'], 'it must begin with https://, or on this machine'],
    [['--secret-id', 'x', get, 'chatroomId=a'], 'unable to use --secret-id alone; --server-api is missing'],
    [[...here, get, 'chatroomId=a'], 'there is neither --secret-id nor the variable DOORMAN_APP_SECRET'],
  ])('refuses %j in one line, with 2', async (args, sentence) => {
    const { code, stdout, stderr } = await call(args);
    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toContain(sentence);
  });

  it('runs as a command', async () => {
    const { code, stdout, stderr } = await runScript('call', ['/chatroom/get.json', 'a']).ended;
    expect([code, stdout, stderr]).toEqual([2, '', 'unable to use a; it must look like name=value\n']);
  });

  it('lists its options, all paths, and the parameters of a path', async () => {
    const help = await call(['--help']);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('--secret-id ID')]);
    const paths = await call(['--paths']);
    expect(paths.stdout.trim().split('\n')).toEqual(endpoints.map(({ path }) => path));
    expect((await call(['--paths', get])).stdout).toContain('  chatroomId  the room: 1 to 64 of ');
  });
});
