import { callCommand } from './deployment/call-command.ts';
import { runCommand } from './deployment/run-command.ts';

await runCommand(callCommand);
