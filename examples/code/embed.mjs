import { readFile, readdir, writeFile } from 'node:fs/promises';

/**
 * Writes appointments.js into the Code nodes of the example workflows, in front of each node's last line
 * (the call that is its own). `--check` only says whether they are up to date.
 */
const folder = new URL('../', import.meta.url);
const source = (await readFile(new URL('appointments.js', import.meta.url), 'utf8')).trimEnd();
const check = process.argv.includes('--check');

for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json'))) {
	const place = new URL(file, folder);
	const before = await readFile(place, 'utf8');
	const workflow = JSON.parse(before);
	for (const node of workflow.nodes.filter(({ type }) => type === 'n8n-nodes-base.code')) {
		const call = node.parameters.jsCode.trimEnd().split('\n').at(-1);
		node.parameters.jsCode = `${source}\n\n${call}\n`;
	}
	const after = `${JSON.stringify(workflow, null, '\t')}\n`;
	if (after === before) continue;
	if (check) {
		console.error(`${file} has an old copy of examples/code/appointments.js. Run: node examples/code/embed.mjs`);
		process.exitCode = 1;
	} else {
		await writeFile(place, after);
		console.log(`${file} updated`);
	}
}
