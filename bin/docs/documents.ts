import { callTables } from './call-tables.ts';
import { clientReference } from './client-reference.ts';
import { openApi } from './open-api.ts';
import { replaceSection } from './replace-section.ts';
import { scenarioTable } from './scenario-table.ts';
import { settingsTable } from './settings-table.ts';
import { rongCloudExample, strongExample, webhookExample } from './signing-examples.ts';

type Sections = Readonly<Record<string, () => string>>;

const serverApiSections: Sections = {
  'rongcloud-signature': rongCloudExample,
  'doorman-signature': strongExample,
  calls: callTables,
  webhook: webhookExample,
};

const fill = (page: string, sections: Sections): string =>
  Object.entries(sections).reduce((text, [name, make]) => replaceSection(text, name, make()), page);

/** docs/server-api.md with its generated sections made again; what is around them stays. */
export const documentServerApi = (page: string): string => fill(page, serverApiSections);

/** docs/settings.md with its table made again. */
export const documentSettings = (page: string): string => fill(page, { settings: settingsTable });

/** docs/client-reference.md with the reference made again from the declarations. `project`: its folder. */
export const documentClientReference = (page: string, project: string): string =>
  fill(page, { reference: () => clientReference(project) });

/** docs/bad-networks.md with its scenarios made again. */
export const documentBadNetworks = (page: string): string => fill(page, { scenarios: scenarioTable });

/** The text of openapi.json. */
export const documentOpenApi = (version: string): string => `${JSON.stringify(openApi(version), undefined, 2)}\n`;
