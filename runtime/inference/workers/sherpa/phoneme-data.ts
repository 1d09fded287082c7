import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';

const FOLDER = 'espeak-ng-data';
const FILES = ['phontab', 'phonindex', 'phondata', 'intonations'];

/** Where packages of espeak-ng put it; Debian's has the machine's kind in its path. */
const INSTALLED = ['/usr/share', '/usr/lib', '/usr/local/share', '/usr/local/lib', '/opt/homebrew/share'];

export interface PhonemePlaces {
	/** The folder of fetched models: one of them may bring the data. */
	readonly models: string;
	readonly env: NodeJS.ProcessEnv;
}

/**
 * A folder of espeak-ng's data that can read a language (`en-us`, `de`). By GPL-3.0, and so never in our package: it comes
 * with a model, from the setting VOICE_LOOP_ESPEAK_DATA, or from an installed espeak-ng.
 * Rejects with VOICE_ERR_MODEL_MISSING, which names these.
 * @param beside the model's own folder
 * @param also languages that it shall read if it can: the folder with most of them is taken, otherwise the nearest
 */
export async function phonemeDataFor(language: string, beside: string, { models, env }: PhonemePlaces, also: readonly string[] = []): Promise<string> {
	const setting = env.VOICE_LOOP_ESPEAK_DATA ?? '';
	const places = [
		path.join(beside, FOLDER),
		...(setting === '' ? [] : [setting, path.join(setting, FOLDER)]),
		...(await namesIn(models)).map((name) => path.join(models, name, FOLDER)),
		...INSTALLED.map((folder) => path.join(folder, FOLDER)),
		...(await namesIn('/usr/lib')).map((name) => path.join('/usr/lib', name, FOLDER)),
	];
	const fitting: { place: string; count: number }[] = [];
	for (const place of places) if (await canRead(place, language)) fitting.push({ place, count: (await readableWith(place, also)).length });
	const [best] = fitting.sort((one, other) => other.count - one.count);
	if (best) return best.place;
	throw new VoiceError('VOICE_ERR_MODEL_MISSING', `The voice in ${beside} reads its text by the data of espeak-ng, and none for "${language}" is on this machine.`, {
		remedy: [
			`Put a folder ${FOLDER} beside the voice (sherpa-onnx's model archives hold one)`,
			'install espeak-ng (Debian: apt-get install espeak-ng-data) or name its data in VOICE_LOOP_ESPEAK_DATA',
			'or fetch a voice that brings it: `voice-loop models` lists them.',
		].join('; '),
	});
}

/** Those of `languages` that the data in `folder` can read. */
export async function readableWith(folder: string, languages: readonly string[]): Promise<string[]> {
	const readable = await Promise.all(languages.map(async (language) => await canRead(folder, language)));
	return languages.filter((_, at) => readable[at]);
}

async function canRead(folder: string, language: string): Promise<boolean> {
	const [spoken = ''] = language.toLowerCase().split(/[-_]/);
	const names = await namesIn(folder);
	return [...FILES, `${spoken}_dict`].every((name) => names.includes(name)) && (await stat(path.join(folder, 'lang')).catch(() => undefined)) !== undefined;
}

async function namesIn(folder: string): Promise<string[]> {
	return await readdir(folder).catch(() => []);
}
