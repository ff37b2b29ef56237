import type { PageFile } from '../model/page-file.js';

/** The files of the console's page. The build replaces this module by a module with their contents. */
export const PAGE_FILES: readonly PageFile[] = [];
