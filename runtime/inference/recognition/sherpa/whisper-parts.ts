import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { mistakenFile } from '../../models/mistaken-file';
import { readGraphInputs } from '../../workers/onnx/metadata';

/** The decoder's input that holds what the encoder gives: layers of the decoder, ..., width. */
const STATES = 'n_layer_cross_k';
/** `<|endoftext|>` in base64: some lists have it, as their last line. */
const END_OF_TEXT = 'PHxlbmRvZnRleHR8Pg==';

const REMEDY = 'Fetch all files of one Whisper from one place.';

interface WhisperParts {
	readonly encoder: string;
	readonly decoder: string;
	readonly tokens: string;
}

/**
 * Parts of different Whispers open without a word, and then hear nothing or write nonsense. Rejects with VOICE_ERR_MODEL_BROKEN
 * where the decoder or the list of tokens cannot belong to the encoder, as far as it says what it is.
 * @param about the encoder's metadata
 */
export async function assertOneWhisper({ encoder, decoder, tokens }: WhisperParts, about: ReadonlyMap<string, string>): Promise<void> {
	const states = (await readGraphInputs(decoder)).find(({ name }) => name === STATES)?.dims ?? [];
	for (const [what, wanted, takes] of [['layers', Number(about.get('n_text_layer')), states[0]], ['numbers for each moment', Number(about.get('n_text_state')), states.at(-1)]] as const) {
		if (!(wanted > 0) || takes === undefined || takes === wanted) continue;
		throw unusable(decoder, `it belongs to another Whisper than ${path.basename(encoder)}: it takes ${takes} ${what}, and that one gives ${wanted}`);
	}
	const wanted = Number(about.get('eot'));
	if (!(wanted > 0)) return;
	const lines = (await readFile(tokens, 'utf8')).split('\n').filter((line) => /\S \d+\s*$|^ \d+\s*$/.test(line));
	const known = lines.at(-1)?.startsWith(`${END_OF_TEXT} `) ? lines.length - 1 : lines.length;
	if (known === wanted) return;
	const mistaken = await mistakenFile(tokens);
	throw unusable(tokens, mistaken?.what ?? `it is cut off, or belongs to another Whisper than ${path.basename(encoder)}: it has ${known} tokens, and the model ${wanted}`);
}

function unusable(file: string, what: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy: REMEDY });
}
