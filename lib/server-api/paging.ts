import { withDefault } from './fields.ts';
import { integer } from './kinds.ts';

const PAGES_MAX = 1_000_000;
/** What is listed where nobody asks for pages, and the longest page. */
const LISTED_MAX = 1000;

const which = (least: 0 | 1) => integer(least, PAGES_MAX);
export const pageSize = (most: number, usual: number) =>
  withDefault(integer(1, most), `${usual}`, 'how many on a page');
export const pageNumber = withDefault(which(1), '1', 'which page');

/** RongCloud's pages of its longer lists. */
export const listFields = {
  page: withDefault(which(0), '0', `which page, from 1; 0 = no pages, the first ${LISTED_MAX}`),
  size: pageSize(LISTED_MAX, 50),
};

/** Without a page nobody asks for a size either. */
export const asked = ({ page, size }: { readonly page: number; readonly size: number }) =>
  page === 0 ? { page: undefined, size: LISTED_MAX } : { page, size };
