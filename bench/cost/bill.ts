import { defaultSettings } from '../../lib/domain/settings.ts';
import { HEARTBEAT_MS } from '../../lib/protocol/limits.ts';
import { connectionMinutesUsd, lambdaUsd, monthOfMessagesUsd, readsUsd, writesUsd } from '../prices.ts';
import { arrivals } from './arrivals.ts';
import { assumptions } from './assumptions.ts';
import { CONTENT } from './content.ts';
import type { ActUnits, Counted } from './count.ts';
import { capacityPerSec, type RoomCounts, RoomModel, roundMs } from './room-model.ts';
import type { RowSizes } from './row-sizes.ts';

/** What rooms are to carry. */
export interface Workload {
  /** Connected members of each room. */
  readonly members: number;
  /** Messages a second in each room. */
  readonly rate: number;
  readonly hours: number;
  readonly rooms: number;
  readonly senders: number;
  /** Lost connections of a member in an hour, each followed by a resume. */
  readonly drops: number;
  /** Members are listed with names and pictures. */
  readonly profiles?: boolean;
  /** The webhook gets who is online, with the setting `presenceDelayMs`. */
  readonly presence?: boolean;
}

/** One line of the bill. */
export interface Part {
  readonly name: string;
  readonly count: string;
  readonly usd: number;
  /** It is there because people talk; the rest is there because they are connected. */
  readonly isTalk: boolean;
}

/** What a workload costs, and how its rooms do. */
export interface Bill {
  readonly parts: readonly Part[];
  readonly usd: number;
  readonly deliveries: number;
  /** Of the parts that are there because people talk. */
  readonly usdPerMillionDeliveries: number;
  readonly perSecond: PerSecond;
  readonly delayMeanMs: number;
  readonly delayMaxMs: number;
  readonly postsPerDelivery: number;
  /** The room is so busy that delays grow without end. */
  readonly isBehind: boolean;
}

/** Rates that quotas limit: of all rooms, and of one. */
export interface PerSecond {
  readonly posts: number;
  readonly sends: number;
  readonly beats: number;
  readonly connects: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly roomWriteUnits: number;
  /** Runs of the Lambda that delivers which go on at once, and those of Message. */
  readonly deliverRuns: number;
  readonly messageRuns: number;
}

const { messageMemoryMb, deliverMemoryMb, watchMemoryMb, sweepMemoryMb, postsPerSecond } = defaultSettings;
const SMALL_MB = 512;
const HOUR_SEC = 3_600;
const ONE_CPU_MB = 1_769;
/** The SDK opens a new connection every 110 minutes. */
const RENEWALS_PER_HOUR = 60 / 110;
const SWEEPS_PER_SEC = 2 / 60;
/** So many messages are followed, so many seconds and so many rounds at least. */
const MESSAGES = 2_000;
const SECONDS = 60;
const ROUNDS = 12;
const MESSAGES_MAX = 100_000;

const whole = (count: number): string => Math.round(count).toLocaleString('en');
const units = ({ writeUnits, readUnits }: ActUnits): string => `${whole(writeUnits)} W, ${whole(readUnits)} R`;
const tableUsd = ({ writeUnits, readUnits }: ActUnits): number => writesUsd(writeUnits) + readsUsd(readUnits);

function sum(...all: readonly (readonly [units: ActUnits, times: number])[]): ActUnits {
  const total = (name: keyof ActUnits) => all.reduce((value, [one, times]) => value + one[name] * times, 0);
  return { writeUnits: total('writeUnits'), readUnits: total('readUnits') };
}

const rowsOf = ({ profiles = false }: Workload, { rows }: Counted): RowSizes =>
  profiles ? { ...rows, member: rows.member + rows.memberSender } : rows;

interface Followed {
  readonly counts: RoomCounts;
  readonly seconds: number;
  readonly isBehind: boolean;
}

/** One room, message by message, until its figures no longer depend on how it began. */
function follow(workload: Workload, counted: Counted): Followed {
  const { members, rate, senders } = workload;
  const rows = rowsOf(workload, counted);
  const { postCpuMs, postMs } = assumptions;
  const shape = { connections: members, senders, postsPerSecond, postCpuMs, postMs };
  const messages = Math.min(
    MESSAGES_MAX,
    Math.max(MESSAGES, SECONDS * rate, Math.ceil((ROUNDS * roundMs(shape) * rate) / 1_000)),
  );
  const timesMs = arrivals(rate, messages);
  const counts = new RoomModel(shape, rows, CONTENT, timesMs).run();
  const isBehind = rate > capacityPerSec(shape, rows);
  return { counts, isBehind, seconds: Math.max(messages / rate, isBehind ? counts.endMs / 1_000 : 0) };
}

/** Everything that a workload takes, by the second; of all rooms together. */
function ratesOf(workload: Workload, { counts, seconds }: Followed) {
  const { members, rooms, rate, drops } = workload;
  const people = members * rooms;
  const perSec = (count: number) => (count / seconds) * rooms;
  return {
    people,
    sends: rate * rooms,
    beats: (people * 1_000) / HEARTBEAT_MS,
    // And everyone comes once.
    connects: people * ((drops + RENEWALS_PER_HOUR) / HOUR_SEC + 1 / (workload.hours * HOUR_SEC)),
    resumes: (people * (drops + RENEWALS_PER_HOUR)) / HOUR_SEC,
    posts: perSec(counts.posts),
    inLine: perSec(counts.inLine),
    runs: perSec(counts.runs),
    runSec: perSec(counts.runMs) / 1_000,
    table: { writeUnits: perSec(counts.writeUnits), readUnits: perSec(counts.readUnits) },
  };
}

type Rates = ReturnType<typeof ratesOf>;

/** Seconds that the Lambda Message runs for sends, per second. */
function messageSec({ members }: Workload, { sends, inLine, runs }: Rates): number {
  const { sendCalls, inLineCalls, callMs, frameCpuMs, postMs, postCpuMs, ringMs } = assumptions;
  const sendMs = sends * (sendCalls * callMs + frameCpuMs);
  const deliverMs = inLine * (inLineCalls * callMs + Math.max(postMs, members * postCpuMs));
  return (sendMs + deliverMs + runs * ringMs) / 1_000;
}

/** The runs of Watch per second, how long they run, and the rooms that they read. */
function watchOf({ rooms, rate }: Workload) {
  const { streamShards, watchBatchMs, watchRunMs } = assumptions;
  const shards = Math.min(streamShards, rooms);
  const busy = Math.min(1, (rooms * rate * watchBatchMs) / 1_000 / shards);
  const runs = (shards * busy * 1_000) / watchRunMs;
  return {
    runs,
    seconds: shards * busy,
    reads: runs * Math.max(1, Math.min(rooms / shards, (rooms * rate * 10) / shards)),
  };
}

/** By the second: what people's talk takes. */
function talkParts(workload: Workload, rates: Rates, messageUsd: number): readonly Part[] {
  const { sends, posts, runs, runSec, table } = rates;
  const watch = watchOf(workload);
  const seconds = workload.hours * HOUR_SEC;
  const total = (perSec: number) => perSec * seconds;
  const part = (name: string, count: string, usdPerSec: number): Part => ({
    ...{ name, count, usd: usdPerSec * seconds, isTalk: true },
  });
  const sendSec = messageSec(workload, rates);
  const watchUsd = lambdaUsd(watch.runs, watch.seconds, watchMemoryMb) + readsUsd(watch.reads);
  return [
    part('posts to members', whole(total(posts)), posts * messageUsd),
    part('messages in, and their answers', whole(total(2 * sends)), 2 * sends * messageUsd),
    part('table: messages and delivery', units(sum([table, seconds])), tableUsd(table)),
    part('Lambda Message: sends', whole(total(sends)), lambdaUsd(sends, sendSec, messageMemoryMb)),
    part(
      'Lambda Deliver, invoked asynchronously',
      `${whole(total(runs))} runs, ${whole(total(runSec))} s`,
      lambdaUsd(runs, runSec, deliverMemoryMb),
    ),
    part('Lambda Watch, and its reads', `${whole(total(watch.runs))} runs`, watchUsd),
  ];
}

/** By the second: heartbeats, and the sweep's checks. */
const leaseUnits = ({ beats }: Rates, { acts }: Counted): ActUnits => sum([acts.beat, beats], [acts.check, beats]);

/** By the second: connections that come and go, and memberships with them. */
function visitUnits({ connects, resumes }: Rates, { acts }: Counted): ActUnits {
  const visits = sum([acts.connect, connects], [acts.firstCheck, connects], [acts.forget, connects]);
  return sum([visits, 1], [acts.join, connects - resumes], [acts.resume, resumes], [acts.disconnect, connects]);
}

/** By the second: each connect and each end is checked and announced, at most. */
const announcedUnits = ({ presence = false }: Workload, { connects }: Rates, { acts }: Counted): ActUnits =>
  sum([acts.presence, presence ? 2 * connects : 0]);

/** What it takes that people are connected. */
function presenceParts(workload: Workload, rates: Rates, counted: Counted, messageUsd: number): readonly Part[] {
  const { callMs, frameCpuMs, visitMs, checksPerCpuSec, sweepRunMs } = assumptions;
  const { people, beats, connects } = rates;
  const seconds = workload.hours * HOUR_SEC;
  const table = visitUnits(rates, counted);
  const leases = leaseUnits(rates, counted);
  const announced = announcedUnits(workload, rates, counted);
  const sweepSec = (beats / checksPerCpuSec) * (ONE_CPU_MB / sweepMemoryMb) + (SWEEPS_PER_SEC * sweepRunMs) / 1_000;
  const beatSec = (beats * (callMs + frameCpuMs)) / 1_000;
  // Authorize, Connect, Disconnect, Changes; and the join is a frame.
  const visitUsd =
    lambdaUsd(4 * connects, (4 * connects * visitMs) / 1_000, SMALL_MB) +
    lambdaUsd(connects, (connects * (6 * callMs + frameCpuMs)) / 1_000, messageMemoryMb);
  const part = (name: string, count: string, usdPerSec: number): Part => ({
    ...{ name, count, usd: usdPerSec * seconds, isTalk: false },
  });
  return [
    part('connection minutes', whole((people * seconds) / 60), connectionMinutesUsd(people / 60)),
    part('heartbeats, messages in', whole(beats * seconds), beats * messageUsd),
    part('Lambda Message: heartbeats', whole(beats * seconds), lambdaUsd(beats, beatSec, messageMemoryMb)),
    part('table: leases and sweep', units(sum([leases, seconds])), tableUsd(leases)),
    part('Lambda Sweep', whole(SWEEPS_PER_SEC * seconds), lambdaUsd(SWEEPS_PER_SEC, sweepSec, sweepMemoryMb)),
    part('joins and resumes: messages', whole(2 * connects * seconds), 2 * connects * messageUsd),
    part('joins and resumes: Lambdas', whole(5 * connects * seconds), visitUsd),
    part('joins and resumes: table', units(sum([table, seconds])), tableUsd(table)),
    ...(workload.presence === true
      ? [part('who is online: table', units(sum([announced, seconds])), tableUsd(announced))]
      : []),
  ];
}

/** What this workload costs, by the counted units. */
export function billOf(workload: Workload, counted: Counted): Bill {
  const followed = follow(workload, counted);
  const { counts, seconds, isBehind } = followed;
  const rates = ratesOf(workload, followed);
  const { posts, sends, beats, connects, table } = rates;
  const messages = (posts + 2 * sends + beats + 2 * connects) * workload.hours * HOUR_SEC;
  const messageUsd = monthOfMessagesUsd(messages) / messages;
  const parts = [...talkParts(workload, rates, messageUsd), ...presenceParts(workload, rates, counted, messageUsd)];
  const usdOf = (some: readonly Part[]) => some.reduce((total, { usd }) => total + usd, 0);
  const deliveries = workload.rate * workload.rooms * (workload.members - 1) * workload.hours * HOUR_SEC;
  const announced = announcedUnits(workload, rates, counted);
  const presence = sum([leaseUnits(rates, counted), 1], [visitUnits(rates, counted), 1], [announced, 1]);
  const { callMs, frameCpuMs } = assumptions;
  return {
    parts,
    usd: usdOf(parts),
    deliveries,
    usdPerMillionDeliveries: (usdOf(parts.filter(({ isTalk }) => isTalk)) * 1_000_000) / deliveries,
    perSecond: {
      ...{ posts, sends, beats, connects },
      ...sum([table, 1], [presence, 1]),
      roomWriteUnits: counts.roomWriteUnits / seconds,
      deliverRuns: rates.runSec,
      messageRuns: messageSec(workload, rates) + (beats * (callMs + frameCpuMs)) / 1_000,
    },
    delayMeanMs: counts.delaySumMs / counts.messages,
    delayMaxMs: counts.delayMaxMs,
    isBehind,
    postsPerDelivery: counts.posts / counts.deliveries,
  };
}
