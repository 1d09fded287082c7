import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { decodeWav } from '../../audio/wav';
import { VoiceError } from '../../contract/errors';
import { UsageError } from '../command';
import { parseJson } from '../../lib/json';
import type { CallAuth } from './signalling';

export interface CallSettings {
	readonly help: boolean;
	readonly json: boolean;
	readonly url: string;
	readonly auth: CallAuth;
	readonly lines: ScriptLine[];
	readonly voice: string;
	readonly turnLimit: number;
	/** Where to write what was heard; '' for nowhere. */
	readonly save: string;
}

export const CALL_USAGE = `voice-loop call --say TEXT [options]

Calls a voice agent over WebRTC without a browser, speaks to it and shows its answers.

  --say TEXT         what to say; repeat the option for more turns
  --wav FILE         play a recording (WAV) as a turn; can be mixed with --say
  --barge-in TEXT@MS interrupt the answer to the turn before, MS milliseconds after its first sound
  --turns N          repeat all of these turns N times
  --url URL          URL of the voice page (default: the one set up by npm start)
  --secret S         the secret that the trigger asks for
  --email E, --password P   log in to n8n (default: the account created by npm start)
  --voice NAME       the caller's voice: slt, rms, awb, kal16, or espeak:NAME if espeak-ng is installed
  --save FILE        save the received audio as WAV
  --timeout S        how many seconds to wait for each answer (default 60)
  --json             print one JSON object instead of text

Exit code: 0 if every turn was answered, 1 if not, 2 for wrong options.`;

/** Written by npm start beside what it has set up. */
function startFilePath(): string {
	return path.join(process.env.VOICE_LOOP_HOME || '.voice-loop', 'start.json');
}

const startFile = z.object({ url: z.string().url(), email: z.string().optional(), password: z.string().optional() });

export async function readSettings(argv: string[]): Promise<CallSettings> {
	const { values, tokens } = parse(argv);
	const start = await readStartFile();
	const url = values.url ?? start?.url ?? '';
	const lines = values.help ? [] : repeat(await readLines(tokens), wholeNumber('--turns', values.turns ?? '1'));
	if (!values.help && lines.length === 0) throw new UsageError('Nothing to say: use --say, --wav or both.');
	if (lines[0]?.bargeInMs !== undefined) throw new UsageError('--barge-in needs a --say or --wav before it.');
	if (!values.help && !URL.canParse(url)) {
		throw new UsageError(`The URL of the voice page is not known: there is no ${startFilePath()} here. Run npm start, or set the URL with --url.`);
	}
	return {
		help: values.help ?? false,
		json: values.json ?? false,
		url,
		auth: authOf(values, start),
		lines,
		voice: values.voice ?? '',
		turnLimit: wholeNumber('--timeout', values.timeout ?? '60') * 1000,
		save: values.save ?? '',
	};
}

function parse(argv: string[]) {
	const text = { type: 'string' } as const;
	const many = { type: 'string', multiple: true } as const;
	try {
		return parseArgs({
			args: argv,
			tokens: true,
			options: {
				say: many,
				wav: many,
				'barge-in': many,
				turns: text,
				url: text,
				secret: text,
				email: text,
				password: text,
				voice: text,
				save: text,
				timeout: text,
				json: { type: 'boolean' },
				help: { type: 'boolean' },
			},
		});
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

type Parsed = ReturnType<typeof parse>;

/** In the order in which they were given. */
async function readLines(tokens: Parsed['tokens']): Promise<ScriptLine[]> {
	const lines: ScriptLine[] = [];
	for (const token of tokens) {
		if (token.kind !== 'option' || token.value === undefined) continue;
		if (token.name === 'say') lines.push({ text: token.value });
		else if (token.name === 'wav') lines.push(await recording(token.value));
		else if (token.name === 'barge-in') {
			const line = parseBargeIn(token.value);
			if (!line) throw new UsageError(`--barge-in needs TEXT@MS, for example "stop please@1500", not "${token.value}".`);
			lines.push(line);
		}
	}
	return lines;
}

async function recording(file: string): Promise<ScriptLine> {
	try {
		return { text: path.basename(file), pcm: decodeWav(await readFile(file)) };
	} catch (error) {
		if (error instanceof VoiceError) throw error;
		throw new VoiceError('VOICE_ERR_BAD_AUDIO', `The file ${file} cannot be read.`, { cause: error });
	}
}

function repeat(lines: ScriptLine[], times: number): ScriptLine[] {
	return Array.from({ length: times }, () => lines).flat();
}

function wholeNumber(option: string, value: string): number {
	const number = Number(value);
	if (!Number.isInteger(number) || number < 1 || number > 10_000) throw new UsageError(`${option} needs a whole number from 1 to 10000.`);
	return number;
}

async function readStartFile(): Promise<z.infer<typeof startFile> | undefined> {
	return startFile.safeParse(parseJson(await readFile(startFilePath(), 'utf8').catch(() => ''))).data;
}

function originOf(url: string): string {
	return URL.canParse(url) ? new URL(url).origin : url;
}

function authOf(values: Parsed['values'], start: z.infer<typeof startFile> | undefined): CallAuth {
	if (values.secret !== undefined) return { kind: 'secret', secret: values.secret };
	// The account belongs to the n8n that npm start runs: it is not shown to any other.
	const ours = values.url === undefined || (start !== undefined && originOf(start.url) === originOf(values.url));
	const email = values.email ?? (ours ? start?.email : undefined);
	const password = values.password ?? (ours ? start?.password : undefined);
	return email !== undefined && password !== undefined ? { kind: 'n8n', email, password } : { kind: 'open' };
}

/** What the caller says in one turn. */
export interface ScriptLine {
	readonly text: string;
	/** Recorded speech in place of the synthesiser, 16 kHz. */
	readonly pcm?: Int16Array;
	/** Spoken this long after the agent's first sound: the caller interrupts. Absent: when the agent has finished. */
	readonly bargeInMs?: number;
}

/** `text@ms`: what to say, and how long after the agent's first sound. */
export function parseBargeIn(value: string): ScriptLine | undefined {
	const [, text, ms] = /^(.+)@(\d{1,6})$/.exec(value.trim()) ?? [];
	return text === undefined ? undefined : { text: text.trim(), bargeInMs: Number(ms) };
}
