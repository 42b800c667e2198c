import { describe } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { describeStore } from './contract.ts';

describe('the store on dynalite', () => describeStore(useStore('dynalite')));
