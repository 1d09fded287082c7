import { writeFile } from 'node:fs/promises';
import { encodeWav } from '../../audio/wav';
import { VoiceError } from '../../contract/errors';
import { type Command, UsageError } from '../command';
import { callAgent, type CallResult } from './call-agent';
import { type CallSettings, CALL_USAGE, readSettings } from './call-settings';
import { LiveCaptions } from './live-captions';

/** @returns the exit code: 0 if every turn was answered. */
async function run(argv: string[]): Promise<number> {
	let settings: CallSettings;
	try {
		settings = await readSettings(argv);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		console.error(`voice-loop call: ${error.message}\n\n${CALL_USAGE}`);
		return 2;
	}
	if (settings.help) {
		console.log(CALL_USAGE);
		return 0;
	}
	return settings.json ? await runForMachine(settings) : await runForPerson(settings);
}

async function runForPerson(settings: CallSettings): Promise<number> {
	const captions = new LiveCaptions(process.stdout);
	const result = await place(settings, captions);
	const { turns } = result.report;
	const answered = turns.filter((turn) => turn.answered).length;
	if (settings.save !== '') captions.line(`Saved the received audio as ${settings.save}.`);
	captions.line(`${answered} of ${settings.lines.length} turns were answered.`);
	return exitCode(settings, result);
}

async function runForMachine(settings: CallSettings): Promise<number> {
	try {
		const result = await place(settings);
		console.log(JSON.stringify(result.report));
		return exitCode(settings, result);
	} catch (error) {
		console.log(JSON.stringify({ error: VoiceError.from(error).toShape() }));
		return 1;
	}
}

async function place(settings: CallSettings, captions?: LiveCaptions): Promise<CallResult> {
	const { url, auth, lines, voice, turnLimit, save } = settings;
	const hangUp = new AbortController();
	// A second one ends the process at once.
	process.once('SIGINT', () => hangUp.abort());
	const result = await callAgent({
		url,
		auth,
		lines,
		voice,
		turnLimit,
		record: save !== '',
		onEvent: (event) => captions?.onEvent(event),
		onTurn: (turn) => captions?.onTurn(turn),
		signal: hangUp.signal,
	});
	if (save !== '') await writeFile(save, encodeWav([result.recording.pcm], result.recording.sampleRate));
	return result;
}

function exitCode(settings: CallSettings, { report }: CallResult): number {
	return report.turns.length === settings.lines.length && report.turns.every((turn) => turn.answered) ? 0 : 1;
}

export const callCommand: Command = { about: 'call a voice agent without a browser and show its answers', run };
