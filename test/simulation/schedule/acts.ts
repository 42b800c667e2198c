/* What people and an app server can do in a run; each act has a name for the story. Clock and chance: none. */

import type { AppServer } from './app-server.ts';
import type { Bot } from './bot.ts';

/** What acts act on. */
export interface Cast {
  readonly bots: readonly Bot[];
  readonly appServer: AppServer;
  readonly rooms: readonly string[];
  readonly users: readonly string[];
}

export interface Act {
  readonly name: string;
  readonly run: (cast: Cast) => void;
}

/** An act that begins this long after the one before it. */
export interface TimedAct extends Act {
  readonly afterMs: number;
}

export const after = (afterMs: number, act: Act): TimedAct => ({ ...act, afterMs });

const ofBot = (index: number, what: string, run: (bot: Bot) => void): Act => ({
  name: `bot ${index} ${what}`,
  run: ({ bots }) => {
    const bot = bots[index];
    if (bot !== undefined) run(bot);
  },
});

const ofServer = (what: string, run: (appServer: AppServer) => void): Act => ({
  name: `the app server ${what}`,
  run: ({ appServer }) => run(appServer),
});

/** From then on it also connects again by itself. */
export const connects = (index: number): Act =>
  ofBot(index, 'connects', (bot) => {
    bot.reconnects = true;
    bot.connect();
  });
export const joins = (index: number, room: string): Act => ofBot(index, `joins ${room}`, (bot) => bot.join(room));
export const leaves = (index: number, room: string): Act => ofBot(index, `leaves ${room}`, (bot) => bot.leave(room));
export const sends = (index: number, room: string): Act => ofBot(index, `sends to ${room}`, (bot) => bot.send(room));
/** Too much for the room's row. */
export const sendsLong = (index: number, room: string): Act =>
  ofBot(index, `sends much to ${room}`, (bot) => bot.send(room, JSON.stringify({ content: 'x'.repeat(1_500) })));
export const repeats = (index: number): Act => ofBot(index, 'repeats', (bot) => bot.repeat());
export const disconnects = (index: number): Act => ofBot(index, 'disconnects', (bot) => bot.drop(true));
export const losesNetwork = (index: number): Act => ofBot(index, 'loses the network', (bot) => bot.drop(false));
export const disconnectsForGood = (index: number): Act =>
  ofBot(index, 'disconnects for good', (bot) => {
    bot.reconnects = false;
    bot.drop(true);
  });
export const losesNetworkForGood = (index: number): Act =>
  ofBot(index, 'loses the network for good', (bot) => {
    bot.reconnects = false;
    bot.drop(false);
  });
export const asksInfo = (index: number, room: string): Act =>
  ofBot(index, `asks who is in ${room}`, (bot) => bot.info(room));
export const signals = (index: number, room: string): Act =>
  ofBot(index, `signals to ${room}`, (bot) => bot.signal(room));
export const pings = (index: number): Act => ofBot(index, 'pings', (bot) => bot.ping());
export const beats = (index: number): Act => ofBot(index, 'beats', (bot) => bot.beat());

export const publishes = (room: string, count = 1): Act =>
  ofServer(`publishes ${count} to ${room}`, (api) => {
    for (let sent = 0; sent < count; sent += 1) api.publish(room);
  });
export const recallsLast = (room: string): Act =>
  ofServer(`recalls the last message of ${room}`, (api) => api.recallLast(room));
export const blocks = (room: string, user: string, minutes = 1): Act =>
  ofServer(`blocks ${user} in ${room}`, (api) => api.block(room, user, minutes));
export const unblocks = (room: string, user: string): Act =>
  ofServer(`unblocks ${user} in ${room}`, (api) => api.onUser('unblock', room, user));
export const allows = (room: string, user: string): Act =>
  ofServer(`puts ${user} on the allowlist of ${room}`, (api) => api.onUser('allow', room, user));
export const disallows = (room: string, user: string): Act =>
  ofServer(`removes ${user} from the allowlist of ${room}`, (api) => api.onUser('disallow', room, user));
export const destroys = (room: string): Act => ofServer(`destroys ${room}`, (api) => api.destroy(room));
export const creates = (room: string): Act => ofServer(`creates ${room}`, (api) => api.create(room));
export const mutes = (room: string, isOn: boolean): Act =>
  ofServer(`${isOn ? 'mutes' : 'unmutes'} ${room}`, (api) => api.mute(room, isOn));
/** 0 = off. */
export const slows = (room: string, seconds: number): Act =>
  ofServer(`sets slow mode of ${room} to ${seconds} s`, (api) => api.slowMode(room, seconds));
export const switchesRealTime = (room: string, isOn: boolean): Act =>
  ofServer(`switches real time ${isOn ? 'on' : 'off'} in ${room}`, (api) => api.realTime(room, isOn));
export const asksWhetherIn = (room: string, user: string): Act =>
  ofServer(`asks whether ${user} is in ${room}`, (api) => api.exist(room, user));
export const readsMembers = (room: string): Act => ofServer(`reads members of ${room}`, (api) => api.members(room));
