import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** `voice-loop models` ends so after Ctrl-C. While it asks, the terminal gives Ctrl-C to it alone. */
const INTERRUPTED = 130;
const GRACE_MS = 3000;

/** `npm start -- --yes`: downloads what suits the machine, and accepts the licences. @throws for anything else */
export function readOptions(argv: string[]): { readonly yes: boolean } {
	try {
		const { values } = parseArgs({ args: argv, options: { yes: { type: 'boolean', short: 'y' } } });
		return { yes: values.yes ?? false };
	} catch {
		throw new Error(`npm start does not know ${argv.join(' ')}. It takes one option: npm start -- --yes downloads the models that suit this machine and accepts their licences.`);
	}
}

/**
 * Offers better models on this terminal while everything runs already: calls work meanwhile, and use the models as soon
 * as they are there. What it says and asks is in runtime/cli/models/offer.ts.
 */
export class ModelsOffer {
	private readonly child: ChildProcess;
	private readonly ended: Promise<void>;

	/** @param interrupted Ctrl-C was pressed while it asked */
	constructor(node: string, root: string, yes: boolean, interrupted: () => void) {
		const script = path.join(root, 'dist', 'runtime', 'cli', 'voice-loop.js');
		this.child = spawn(node, [script, 'models', 'offer', ...(yes ? ['--yes'] : [])], { stdio: 'inherit' });
		this.ended = new Promise((resolve) => {
			this.child.once('error', () => resolve());
			this.child.once('exit', (code) => {
				if (code === INTERRUPTED) interrupted();
				resolve();
			});
		});
	}

	/** Takes back a question that is open, so that the terminal is as it was; what was downloaded so far is kept. */
	async end(): Promise<void> {
		if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGINT');
		const limit = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
		await this.ended;
		clearTimeout(limit);
	}
}
