import { synthesize } from '../chatroom.ts';

const [folder = '', settings = '{}'] = process.argv.slice(2);
process.once('disconnect', () => process.exit(1));
try {
  synthesize(folder, JSON.parse(settings));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
