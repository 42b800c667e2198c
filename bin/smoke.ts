import { runCommand } from './deployment/run-command.ts';
import { smokeCommand } from './smoke/smoke-command.ts';

await runCommand(smokeCommand);
