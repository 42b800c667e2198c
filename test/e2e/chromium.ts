import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const cacheDir = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'chromium-143.0.4');

/** A real Chromium: the one at `CHROME_PATH` or else the one from npm. */
export async function launchChromium(): Promise<Browser> {
  const own = process.env.CHROME_PATH;
  const executablePath = own !== undefined && existsSync(own) ? own : await unpackChromium();
  // A browser without a sandbox of its own loads nothing here but the page of the test.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

async function unpackChromium(): Promise<string> {
  mkdirSync(cacheDir, { recursive: true });
  // It unpacks to the temporary folder and takes any file of that name for its own.
  process.env.TMPDIR = cacheDir;
  // Makes it bring the libraries that a bare machine lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
  const { default: packed } = await import('@sparticuz/chromium');
  const executablePath = await packed.executablePath();
  // Its own file names a folder that is not there, without which nothing can be drawn.
  const fonts = `<dir>${cacheDir}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${cacheDir}/fonts-cache</cachedir>`;
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${fonts}</fontconfig>`;
  writeFileSync(join(cacheDir, 'fonts.conf'), config);
  process.env.FONTCONFIG_FILE = join(cacheDir, 'fonts.conf');
  return executablePath;
}
