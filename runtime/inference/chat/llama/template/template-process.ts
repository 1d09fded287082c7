import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { VoiceError } from '../../../../contract/errors';
import { within } from '../../../../lib/async';
import { RpcClient } from '../../../../rpc/client';
import { pipeToChild } from '../../../../rpc/pipes';
import type { Result } from '../../../../rpc/protocol';
import type { ModelFile } from '../../../models/resolve';
import { compiledRuntime } from '../../../workers/start-worker';
import { watchdogReason } from '../../../workers/watchdog';
import { MEMORY_BYTES, type TemplateProtocol, templateProtocol } from './protocol';

/** The child's own watchdog is stricter; this is for one that cannot even watch itself. */
const OPEN_LIMIT_MS = 60_000;
const RENDER_LIMIT_MS = 20_000;
const MOST_HEAP_MB = 768;

export type OpenedTemplate = Result<TemplateProtocol['open']>;

interface Life {
	readonly child: ChildProcess;
	readonly client: RpcClient<TemplateProtocol>;
	readonly opened: Promise<OpenedTemplate>;
	/** Why it ended, once it has. */
	readonly ended: Promise<string>;
}

/**
 * The process that works with one model file's chat template. It is started for the first question, and again for the
 * next one after a template has ended it.
 */
export class TemplateProcess {
	private life: Life | undefined;

	constructor(private readonly file: ModelFile) {}

	/** Rejects with VOICE_ERR_MODEL_BROKEN where the template takes too long, needs too much memory or does not work. */
	async open(): Promise<OpenedTemplate> {
		const life = (this.life ??= this.start());
		return await this.answer(life, OPEN_LIMIT_MS, life.opened);
	}

	/** A history and tools as JSON text; resolves to a state of node-llama-cpp as text. Rejects as open() does. */
	async render(history: string, functions: string): Promise<string> {
		await this.open();
		const life = (this.life ??= this.start());
		const { state } = await this.answer(life, RENDER_LIMIT_MS, life.client.call('render', { history, functions }).result);
		return state;
	}

	/** It can be asked again, and is started again then. */
	close(): void {
		this.life?.child.kill('SIGKILL');
		this.life = undefined;
	}

	private start(): Life {
		const child = fork(path.join(compiledRuntime(), 'inference/chat/llama/template/template-child.js'), [], {
			stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
			execArgv: [`--max-old-space-size=${MOST_HEAP_MB}`],
		});
		const client = new RpcClient(templateProtocol, pipeToChild(child), 'VOICE_ERR_MODEL_FAILED');
		const ended = new Promise<string>((resolve) => {
			child.once('exit', (code, signal) => {
				resolve(watchdogReason(MEMORY_BYTES, signal, code));
				this.forget(child);
			});
			child.on('error', () => {
				resolve('could not be tried: no process could be started');
				this.forget(child);
			});
		});
		const opened = client.call('open', { file: this.file.path }).result;
		opened.catch(() => undefined);
		return { child, client, opened, ended };
	}

	private forget(child: ChildProcess): void {
		if (this.life?.child === child) this.life = undefined;
	}

	private async answer<T>(life: Life, limitMs: number, work: Promise<T>): Promise<T> {
		const late = new VoiceError('VOICE_ERR_MODEL_FAILED', 'late');
		try {
			return await within(limitMs, late, work);
		} catch (thrown) {
			const error = VoiceError.from(thrown);
			if (error === late) {
				life.child.kill('SIGKILL');
				throw this.broken(`was still busy after ${limitMs / 1000} s`);
			}
			// It is gone, or it lives and says what is wrong.
			if (error.code === 'VOICE_ERR_MODEL_FAILED') throw this.broken(await life.ended);
			throw this.broken(`cannot write the conversation: ${error.message}`);
		}
	}

	private broken(why: string): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${this.file.path} cannot be used for chat: its chat template ${why}.`, {
			remedy: 'Choose another model, or another conversion of this one: the template inside the file is at fault, not its weights.',
		});
	}
}
