import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const cacheDir = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'chromium-143.0.4');

/** A real Chromium: the one at `CHROME_PATH`, otherwise the one from npm. */
export async function launchChromium(): Promise<Browser> {
  const own = process.env.CHROME_PATH;
  const executablePath = own !== undefined && existsSync(own) ? own : await unpackChromium();
  // No sandbox is needed: this browser loads only the page of the test.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

async function unpackChromium(): Promise<string> {
  mkdirSync(cacheDir, { recursive: true });
  // The package unpacks to the temporary folder and uses any file of the same name that it finds there.
  process.env.TMPDIR = cacheDir;
  // With this, it also unpacks libraries that a bare machine lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
  const { default: packed } = await import('@sparticuz/chromium');
  const executablePath = await packed.executablePath();
  // Its own font configuration names a missing folder, and without fonts nothing is drawn.
  const fonts = `<dir>${cacheDir}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${cacheDir}/fonts-cache</cachedir>`;
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${fonts}</fontconfig>`;
  writeFileSync(join(cacheDir, 'fonts.conf'), config);
  process.env.FONTCONFIG_FILE = join(cacheDir, 'fonts.conf');
  return executablePath;
}
