#!/usr/bin/env node
import { VoiceError } from '../contract/errors';
import { assertRuntimeNode } from '../contract/node-version';
import type { Command } from './command';

/** Loaded on demand: `start` must not load wrtc, which `call` needs. */
const commands: Record<string, () => Promise<Command>> = {
	start: async () => (await import('./start.js')).startCommand,
	call: async () => (await import('./call/call-command.js')).callCommand,
	models: async () => (await import('./models/models-command.js')).modelsCommand,
};

async function help(): Promise<number> {
	console.log('voice-loop <command> [options]\n');
	for (const [name, load] of Object.entries(commands)) console.log(`  ${name.padEnd(8)} ${(await load()).about}`);
	console.log('\nRun a command with --help to see its options.');
	return 0;
}

async function main([name, ...argv]: string[]): Promise<number> {
	if (name === undefined || name === '--help' || name === 'help') return await help();
	const load = commands[name];
	if (!load) {
		console.error(`voice-loop: there is no command "${name}". Run voice-loop --help for a list.`);
		return 2;
	}
	assertRuntimeNode(process.versions.node);
	return await (await load()).run(argv);
}

main(process.argv.slice(2)).then(
	// wrtc keeps native threads: a process that used it must be ended.
	(code) => process.exit(code),
	(thrown: unknown) => {
		const error = VoiceError.from(thrown);
		console.error(`${error.code}: ${error.message}\n${error.remedy}`);
		process.exit(1);
	},
);
