import { fork } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import { missingParts } from './gguf-contents';
import { headOf, mistakenFile } from './mistaken-file';
import type { ModelFile } from './resolve';
import type { ApprovedFiles } from './store/approved-files';
import { lookingAt } from './unreadable';

const answer = z.object({ ok: z.boolean(), why: z.string().optional(), remedy: z.string().optional() });

/** A big model on a slow disk takes long; longer than this means that it hangs. */
const PROBE_LIMIT_MS = 120_000;

type Verdict = { readonly ok: true } | { readonly ok: false; readonly why: string; readonly remedy?: string | undefined };

function broken(file: ModelFile, why: string, remedy?: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} cannot be used as a model: ${why}`, remedy === undefined ? {} : { remedy });
}

/** Tells a file that is no GGUF at all without starting a process. */
async function checkMagic(file: ModelFile): Promise<void> {
	const head = await lookingAt(async () => await headOf(file.path));
	if (head.startsWith('GGUF')) return await assertParts(file);
	const mistaken = await mistakenFile(file.path);
	if (mistaken) throw broken(file, `${mistaken.what}.`, mistaken.remedy);
	const remedy = /\.onnx$/i.test(file.path)
		? 'An .onnx file is a recogniser or a voice: choose it in Transcribe or Orpheus Speak. A language model, and Orpheus, come as GGUF.'
		: 'Choose a .gguf file.';
	throw broken(file, 'it is not a GGUF file.', remedy);
}

async function assertParts(file: ModelFile): Promise<void> {
	const missing = (await missingParts(file.path)).map((part) => path.basename(part));
	if (missing.length === 0) return;
	throw new VoiceError('VOICE_ERR_MODEL_MISSING', `${file.path} is one part of a model, and not all others are beside it: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}.`, {
		remedy: 'Fetch all parts of the model into one folder, and choose the first.',
	});
}

/** What the throw-away child found out. Rejects only where the child could not be started or hung. */
function openInChild(file: ModelFile, entry: string): Promise<Verdict> {
	return new Promise((resolve, reject) => {
		const child = fork(entry, [file.path], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
		let verdict: Verdict | undefined;
		let hung = false;
		const limit = setTimeout(() => {
			hung = true;
			child.kill('SIGKILL');
		}, PROBE_LIMIT_MS);
		child.once('message', (raw) => {
			const message = answer.safeParse(raw);
			if (!message.success) return;
			verdict = message.data.ok ? { ok: true } : { ok: false, why: message.data.why ?? 'it cannot be loaded.', remedy: message.data.remedy };
		});
		child.once('error', (cause) =>
			reject(new VoiceError('VOICE_ERR_MODEL_FAILED', `No process could be started to check ${file.path}.`, { cause })),
		);
		child.once('exit', (code, signal) => {
			clearTimeout(limit);
			if (hung) reject(new VoiceError('VOICE_ERR_MODEL_FAILED', `${file.path} took too long to open.`));
			else resolve(verdict ?? { ok: false, why: `opening it ended the process (${signal ?? `exit code ${code}`}).` });
		});
	});
}

/** Opens every model file in a throw-away process before ours touches it, once per version of the file and of what opens it. */
export class GgufCheck {
	private readonly verdicts = new Map<string, Promise<Verdict>>();

	constructor(
		private readonly approved: Pick<ApprovedFiles, 'has' | 'add'>,
		private readonly entry: string = path.join(__dirname, 'gguf-probe-child.js'),
	) {}

	/** Rejects with VOICE_ERR_MODEL_BROKEN for a file that would fail or end the process. */
	async approve(file: ModelFile): Promise<void> {
		await checkMagic(file);
		const key = `${file.path}\n${file.version}`;
		let pending = this.verdicts.get(key);
		if (!pending) {
			pending = this.judge(file);
			this.verdicts.set(key, pending);
			// A hang says nothing about the file: the next asking tries again.
			pending.catch(() => this.verdicts.delete(key));
		}
		const verdict = await pending;
		if (!verdict.ok) throw broken(file, verdict.why, verdict.remedy);
	}

	private async judge(file: ModelFile): Promise<Verdict> {
		if (await this.approved.has(file)) return { ok: true };
		const verdict = await openInChild(file, this.entry);
		if (verdict.ok) await this.approved.add(file);
		return verdict;
	}
}
