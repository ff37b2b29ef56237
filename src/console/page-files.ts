import type { PageFile } from '../model/page-file.js';

/** The files of the console's page. The build replaces this module by one that contains them. */
export const PAGE_FILES: readonly PageFile[] = [];
