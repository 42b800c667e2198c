export { ClientConfigurationError } from './core/configuration.ts';
export { describeCode } from './describe-code.ts';
export * from './engine/callbacks.ts';
export { createEngine, RCIMIWEngine } from './engine/engine.ts';
export * from './engine/types.ts';
