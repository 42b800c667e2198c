export * from './callbacks.ts';
export { createEngine, RCIMIWEngine } from './engine.ts';
export * from './types.ts';
