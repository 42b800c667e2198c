import { callTables } from './call-tables.ts';
import { openApi } from './open-api.ts';
import { rongCloudExample, strongExample, webhookExample } from './signing-examples.ts';

const sections: Readonly<Record<string, () => string>> = {
  'rongcloud-signature': rongCloudExample,
  'doorman-signature': strongExample,
  calls: callTables,
  webhook: webhookExample,
};

/** The page with its generated sections anew; what is around them stays. */
export const documentPage = (page: string): string =>
  Object.entries(sections).reduce((text, [name, make]) => replaceSection(text, name, make()), page);

/** The text of openapi.json. */
export const documentOpenApi = (version: string): string => `${JSON.stringify(openApi(version), undefined, 2)}\n`;

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`. */
function replaceSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`unable to document the server API; the page has no section ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
