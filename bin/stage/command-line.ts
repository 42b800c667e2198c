import { settingNames } from '../../lib/domain/settings.ts';

/** Other names have one of `: / @ -` in them: those of the CDK itself and of its feature flags. */
const plainName = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * The settings among what `-c name=value` sets.
 * @throws Error `unable to use setting <name>; <why>` for a plain name that is no setting, such as a misspelt one.
 */
export function settingsOfContext(context: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names: readonly string[] = settingNames;
  const plain = Object.entries(context).filter(([name]) => plainName.test(name) && name !== 'stage');
  for (const [name] of plain) {
    if (!names.includes(name)) {
      throw new Error(`unable to use setting ${name}; the settings are stage, ${names.join(', ')}`);
    }
  }
  return Object.fromEntries(plain);
}
