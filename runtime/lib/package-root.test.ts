// Guards against: a runtime that says 0.0.0, so that nodes of the same version think that it is another.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { version } from './package-root';

it('is the package\'s', () => {
	const { version: packaged } = JSON.parse(readFileSync(path.resolve(__dirname, '../../package.json'), 'utf8')) as { version: string };
	expect(version).toBe(packaged);
	expect(version).toMatch(/^\d+\.\d+\.\d+/);
});
