/**
 * Writes docs/errors.md from the error codes: `npm run docs`. With --print it writes to stdout instead, which
 * is how a test sees that the page is up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.removeAllListeners('warning');
process.on('warning', (warning) => {
	// package.json does not say which module system our TypeScript uses.
	if (warning.code !== 'MODULE_TYPELESS_PACKAGE_JSON') console.warn(`${warning.name}: ${warning.message}`);
});
const { ERROR_KINDS } = await import('../runtime/contract/error-kinds.ts');

const page = `# Errors

<!-- Made by \`npm run docs\` from runtime/contract/error-kinds.ts. Do not edit. -->

Every error has a code, a message that says what happened, and a remedy. They are the same everywhere: in the
node's error (the remedy is its description), in HTTP answers (\`{"error": {"code", "message", "remedy"}}\`) and on
the voice page. The runtime's log contains the code only. An error may bring a more exact remedy than the one below.

| code | HTTP | what happened | what to do |
|---|---|---|---|
${Object.entries(ERROR_KINDS)
	.map(([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`)
	.join('\n')}
`;

const file = fileURLToPath(new URL('errors.md', import.meta.url));
if (process.argv.includes('--print')) process.stdout.write(page);
else if (readFileSync(file, 'utf8') !== page) writeFileSync(file, page);
