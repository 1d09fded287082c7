import path from 'node:path';
import { z } from 'zod';
import { snacGpuSettings } from '../../../../../contract/engines';
import { VoiceError } from '../../../../../contract/errors';
import { compiledRuntime } from '../../../../workers/start-worker';
import { tryInProcess } from '../../../../machine/trial-process';

/** What SNAC runs on, and why. */
export interface SnacPlace {
	readonly onCard: boolean;
	readonly why: string;
	/** How long a frame takes in a long window on the card, ms, where it has been tried. */
	readonly frameMs?: number;
}

/** Finds out whether a decoder's file runs on the card. Never rejects, but for a wrong setting. */
export type FindSnacPlace = (file: string) => Promise<SnacPlace>;

const measured = z.object({
	/** How much stronger the sound is than what the card changes of it. */
	db: z.number(),
	/** What one decode takes, on the card by the clock and of the processor's time, and on one core. */
	cardMs: z.number(),
	cardCpuMs: z.number(),
	processorMs: z.number(),
	/** Of that decode. */
	frames: z.number(),
});
export type CardMeasured = z.infer<typeof measured>;
const answer = z.union([measured, z.object({ why: z.string() })]);

/**
 * A card's sine is less exact than the processor's: 63 to 65 dB with random weights on Chromium's software Vulkan. Weights of 16 bits
 * give 52 dB, the reference's own windows 13 to 23.
 */
const LEAST_DB = 40;
/** The card is there to take work off the processor: at most this share of it may be left. Software that plays a card takes all of it and more. */
const MOST_CPU = 0.5;

/** A driver compiles some 30 kernels, which takes seconds; software that plays a card takes minutes for one run. */
const TRIAL_LIMIT_MS = 120_000;

/** What was measured, judged. */
export function judgedCard({ db, cardMs, cardCpuMs, processorMs, frames }: CardMeasured): SnacPlace {
	const times = `${cardMs.toFixed(1)} ms for ${frames} frames, one core ${processorMs.toFixed(1)} ms`;
	if (!(db >= LEAST_DB)) return { onCard: false, why: `its sound differs from the processor's (${db.toFixed(0)} dB, at least ${LEAST_DB})` };
	if (!(cardMs < processorMs)) return { onCard: false, why: `it is slower than the processor (${times})` };
	if (!(cardCpuMs < MOST_CPU * processorMs)) return { onCard: false, why: `it leaves the processor too much of the work (${cardCpuMs.toFixed(1)} of ${processorMs.toFixed(1)} ms)` };
	return { onCard: true, why: `${times}, ${db.toFixed(0)} dB`, frameMs: cardMs / frames };
}

/** onnxruntime's message holds the place in its source; what the graphics library said of its devices is in lines of their own. */
function inWords(why: string, stderr: string): string {
	if (!/WebGPU adapter/.test(why)) return why.replace(/^.*Non-zero status/s, 'Non-zero status').slice(0, 300);
	const said = stderr.split('\n').filter((line) => line.startsWith('Warning: ')).map((line) => line.slice('Warning: '.length).trim());
	return `there is no device that WebGPU can use${said.length > 0 ? ` (${said.join(' ').slice(0, 250)})` : ''}`;
}

/** Has a throw-away process decode the same on the card and on the processor: a driver may end the process or never come back. */
export function trySnacOnCard(entry: string = path.join(compiledRuntime(), 'inference/speech/orpheus/snac/card/card-trial-child.js'), limitMs = TRIAL_LIMIT_MS): FindSnacPlace {
	return async (file) => {
		const { messages, unanswered, stderr } = await tryInProcess(entry, [file], limitMs, () => true);
		if (unanswered !== undefined) return { onCard: false, why: unanswered };
		const said = answer.safeParse(messages.at(-1)).data ?? { why: 'the trial gave no answer' };
		return 'why' in said ? { onCard: false, why: inWords(said.why, stderr) } : judgedCard(said);
	};
}

/**
 * Where SNAC runs by the settings VOICE_LOOP_SNAC_GPU and VOICE_LOOP_GPU, and by a trial where they leave it open.
 * @throws VOICE_ERR_BAD_REQUEST for an unknown value.
 */
export async function snacPlace(env: NodeJS.ProcessEnv, file: string, trial: FindSnacPlace = trySnacOnCard()): Promise<SnacPlace> {
	const wanted = env.VOICE_LOOP_SNAC_GPU || 'auto';
	const setting = snacGpuSettings.find((each) => each === wanted);
	if (setting === undefined) {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `VOICE_LOOP_SNAC_GPU has an unknown value: "${wanted}".`, { remedy: `Set it to one of: ${snacGpuSettings.join(', ')}.` });
	}
	if (setting === 'off') return { onCard: false, why: 'VOICE_LOOP_SNAC_GPU is off' };
	if (setting === 'webgpu') return { onCard: true, why: 'VOICE_LOOP_SNAC_GPU says so; it was not tried' };
	if (env.VOICE_LOOP_GPU === 'off') return { onCard: false, why: 'VOICE_LOOP_GPU is off' };
	return await trial(file);
}
