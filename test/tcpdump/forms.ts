import { join } from 'node:path';

/** Ways of printing that are recorded. */
export const FORMS: readonly string[] = ['n', 'nv', 'nvv', 'ne', 'nX'];
/** Filters, and what `tcpdump -d` prints of them. */
export const FILTER_LIST: string = join(import.meta.dirname, 'filters.json');
