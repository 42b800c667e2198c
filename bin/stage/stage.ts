import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type DeploymentSettings, settingDefinitions } from '../../lib/domain/settings.ts';
import { readSettings } from '../../lib/infra/settings.ts';

/** What one settings file says about a deployment. */
export interface Stage {
  readonly stackName: string;
  /** Account and Region; what is not given comes from the caller's AWS profile. */
  readonly env: { readonly account?: string; readonly region?: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly settings: Partial<DeploymentSettings>;
}

/** The stage of a deployment that chooses none. */
export const DEFAULT_STAGE = 'prod';

const text = (pattern: RegExp, form: string) =>
  v.pipe(v.string(`must be ${form}`), v.regex(pattern, `must be ${form}`));

const stageSchema = v.strictObject({
  stackName: text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'a letter and then letters, digits or -'),
  env: v.optional(
    v.strictObject({
      account: v.optional(text(/^\d{12}$/, 'the 12 digits of an account, as text')),
      region: v.optional(text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as eu-west-1')),
    }),
    {},
  ),
  tags: v.optional(v.record(v.string(), v.string('must be a text')), {}),
  settings: v.record(v.string(), v.unknown()),
});

/**
 * The stage `name` of a folder of settings files.
 * @throws Error `unable to use <file>; <why>` for a file that is missing or malformed, an unknown name, a wrong type.
 */
export function readStage(folder: string, name: string): Stage {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new Error(`unable to use stage ${JSON.stringify(name)}; it must be a letter and then letters, digits or -`);
  }
  const file = `settings/${name}.json`;
  const path = join(folder, `${name}.json`);
  if (!existsSync(path)) throw new Error(`unable to use ${file}; there is no such file`);
  try {
    return parseStage(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`unable to use ${file}; ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseStage(json: string): Stage {
  const result = v.safeParse(stageSchema, parseJson(json));
  if (!result.success) throw new Error(describe(result.issues[0]));
  const { settings } = result.output;
  checkTypes(settings);
  readSettings(settings);
  return result.output as Stage;
}

function describe(issue: v.InferIssue<typeof stageSchema>): string {
  const at = v.getDotPath(issue) ?? 'it';
  // The library's own sentences about names speak of keys and of never.
  if (issue.expected === 'never') return `${at} is no name of it`;
  return issue.received === 'undefined' ? `${at} is missing` : `${at} ${issue.message}`;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error('it is no JSON');
  }
}

/** In a file, unlike on a command line, a number is no text. `readSettings` refuses unknown names. */
function checkTypes(settings: Readonly<Record<string, unknown>>): void {
  const defaults: Readonly<Record<string, { readonly default: unknown }>> = settingDefinitions;
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaults, name)) continue;
    const type = typeof defaults[name]?.default;
    if (typeof value !== type) throw new Error(`setting ${name} must be a ${type}, not ${JSON.stringify(value)}`);
  }
}
