import { describe } from 'vitest';
import { describeStore } from './contract.ts';

describe('the store on dynalite', () => describeStore('dynalite'));
