import { afterAll, beforeAll, describe } from 'vitest';
import { describeBareRuntime } from './bare-runtime.ts';
import { type InstalledClient, installClient } from './installed-client.ts';
import { describePackage } from './packed.ts';
import { describeRunningApps } from './running-apps.ts';
import { describeSizes } from './sizes.ts';
import { describeTypedApps } from './typed-apps.ts';

let client: InstalledClient;

beforeAll(async () => {
  client = await installClient();
});

afterAll(() => client.remove());

describe('the package', () => describePackage(() => client));
describe('the size of the package', () => describeSizes(() => client));
describe('the types of the package', () => describeTypedApps(() => client));
describe('in a runtime as bare as Hermes', () => describeBareRuntime(() => client));
describe('an app that installed the package', () => describeRunningApps(() => client));
