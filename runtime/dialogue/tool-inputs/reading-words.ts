/** Of a tool's name. Nothing comes of these but an answer: a caller who only asks need not have said everything. */
export const READING_WORDS: ReadonlySet<string> = new Set(['list', 'search', 'find', 'lookup', 'look', 'check', 'read', 'show', 'fetch', 'query', 'count', 'get', 'describe']);
