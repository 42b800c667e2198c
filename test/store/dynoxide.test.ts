import { describe } from 'vitest';
import { describeStore } from './contract.ts';

describe('the store on dynoxide', () => describeStore('dynoxide'));
