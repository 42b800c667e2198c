import {
  type DeploymentSettings,
  mapSettings,
  type SettingDefinition,
  settingDefinitions,
  settingNames,
} from '../domain/settings.ts';
import {
  type RawValue,
  readAppKey,
  readArn,
  readFlag,
  readHook,
  readOrigins,
  readUrl,
  readWhole,
  refuse,
} from './setting-values.ts';

function readSetting(name: string, definition: SettingDefinition, value: RawValue): string | number | boolean {
  switch (definition.kind) {
    case 'whole':
      return readWhole(name, value, definition.min, definition.max, definition.leastButZero);
    case 'flag':
      return readFlag(name, value);
    case 'appKey':
      return readAppKey(name, value);
    case 'origins':
      return readOrigins(name, value);
    case 'url':
      return readUrl(name, value);
    case 'hook':
      return readHook(name, value);
    case 'streamArn':
    case 'secretArn':
    case 'topicArn':
      return readArn(name, value, definition.kind);
  }
}

/**
 * Completes the chosen settings with the defaults and checks them; `undefined` chooses nothing.
 * @throws Error `unable to use setting <name>; <why>` for an unknown name or an invalid value.
 */
export function readSettings(chosen: Readonly<Record<string, unknown>>): DeploymentSettings {
  const given = new Map(Object.entries(chosen).filter(([, value]) => value !== undefined));
  for (const name of given.keys()) {
    if (!Object.hasOwn(settingDefinitions, name)) refuse(name, `the settings are ${settingNames.join(', ')}`);
  }
  const settings = mapSettings((name, definition) =>
    readSetting(name, definition, given.has(name) ? given.get(name) : definition.default),
  );
  if (settings.presenceDelayMs > 0 && settings.webhookUrl === '')
    refuse('presenceDelayMs', 'it needs webhookUrl, where the events are posted');
  return settings;
}
