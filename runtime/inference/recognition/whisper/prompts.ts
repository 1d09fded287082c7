import { VoiceError } from '../../../contract/errors';
import { FETCH_AGAIN } from '../../models/mistaken-file';
import type { ModelFolder } from '../../workers/sherpa/folder';
import type { ByteTokens } from './byte-tokens';
import type { GenerationConfig, WhisperConfig } from './whisper-config';

/** What is put before a text: which language it is in, that it is to be written down as it is, without times. */
export interface Prompts {
	readonly start: number;
	readonly end: number;
	/** Nobody speaks; undefined where the model has no such token. */
	readonly noSpeech: number | undefined;
	/** By codes; undefined for a model that knows English only, and has no token for it. */
	readonly languages: ReadonlyMap<string, number> | undefined;
	readonly transcribe: number | undefined;
	readonly noTimes: number;
}

const LANGUAGE = /^<\|([a-z]{2,3})\|>$/;
/** The number of the end of a text where there are no other languages: after the tokens of GPT-2. */
const ENGLISH_END = 50_256;

/** Throws VOICE_ERR_MODEL_BROKEN where no file says the number of a token that every Whisper has. */
export function promptsOf(folder: ModelFolder, { special }: ByteTokens, config: WhisperConfig, generation: GenerationConfig): Prompts {
	const must = (name: string, ...said: ReadonlyArray<number | null | undefined>): number => {
		const number = said.find((each) => each !== null && each !== undefined) ?? special.get(name);
		if (typeof number === 'number') return number;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder.path} cannot be used: neither its tokenizer nor its configuration knows ${name}, which every Whisper has.`, {
			remedy: `tokenizer.json or config.json may belong to another model. ${FETCH_AGAIN}`,
		});
	};
	const end = must('<|endoftext|>', [generation.eos_token_id ?? []].flat()[0], config.eos_token_id);
	const written = special.get('<|endoftext|>');
	if (written !== undefined && written !== end) {
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder.path} cannot be used: its tokenizer belongs to another model than config.json: a text ends with token ${written} in the one, and with ${end} in the other.`, {
			remedy: 'Fetch all files again from one place.',
		});
	}
	const start = must('<|startoftranscript|>', generation.decoder_start_token_id, config.decoder_start_token_id);
	const many = generation.is_multilingual ?? (generation.lang_to_id ? true : end !== ENGLISH_END);
	return {
		...{ start, end },
		noSpeech: special.get('<|nospeech|>') ?? special.get('<|nocaptions|>'),
		languages: many ? languagesOf(special, generation) : undefined,
		transcribe: many ? must('<|transcribe|>', generation.task_to_id?.['transcribe']) : undefined,
		noTimes: must('<|notimestamps|>', generation.no_timestamps_token_id),
	};
}

function languagesOf(special: ReadonlyMap<string, number>, { lang_to_id: said }: GenerationConfig): ReadonlyMap<string, number> {
	const tokens = said ? Object.entries(said) : [...special];
	return new Map(
		tokens.flatMap(([name, id]) => {
			const code = LANGUAGE.exec(name)?.[1];
			return code === undefined ? [] : [[code, id] as const];
		}),
	);
}
