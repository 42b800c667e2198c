import { type SettingDefinition, settingDefinitions, settingNames } from '../../lib/domain/settings.ts';
import { markdownTable } from './markdown-table.ts';

const count = (amount: number): string => amount.toLocaleString('en');

function rangeOf(definition: SettingDefinition): string {
  if (definition.kind === 'flag') return 'true or false';
  if (definition.kind !== 'whole') return definition.form;
  const { min, max, unit, zero, leastButZero } = definition;
  const range = leastButZero === undefined ? count(min) : `0, or ${count(leastButZero)}`;
  return `${range} to ${count(max)} ${unit}${zero === undefined ? '' : `; 0: ${zero}`}`;
}

/** The default as it is typed on the command line. */
const defaultOf = ({ kind, default: byDefault }: SettingDefinition): string => {
  if (byDefault === '') return 'empty';
  return kind === 'appKey' ? `\`${byDefault}\`` : `${byDefault}`;
};

/** Every setting with its default, its range and its meaning. */
export const settingsTable = (): string =>
  markdownTable(
    ['setting', 'default', 'range', 'meaning'],
    settingNames.map((name) => {
      const definition = settingDefinitions[name];
      return [`\`${name}\``, defaultOf(definition), rangeOf(definition), definition.meaning];
    }),
  );
