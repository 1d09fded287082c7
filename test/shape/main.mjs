/**
 * `npm run shape`: how the house is built, and whether it stays so. A folder as argument is looked at in place of this
 * clone. Ends with 1 when something is wrong, and says where and what to do.
 */
import path from 'node:path';
import { rooms } from './rooms.mjs';

// Node's remark that package.json does not say which module system the TypeScript files use.
process.removeAllListeners('warning');
const { readHouse } = await import('./house.ts');
const { reportOn } = await import('./report.ts');

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..', '..'));
const { text, failures } = reportOn(readHouse(root), rooms);
console.log(text);
process.exitCode = failures.length > 0 ? 1 : 0;
