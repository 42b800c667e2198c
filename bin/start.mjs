// npm start begins here, in plain JavaScript that an old Node can read.
const version = process.versions.node;
const [major, minor] = version.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`unable to start; this is Node ${version}, and Doorman needs 20.19 or newer`);
  process.exitCode = 1;
} else {
  void import('tsx').then(() => import('./dev.ts'));
}
