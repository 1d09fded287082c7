import { VoiceError } from '../../contract/errors';

/** Languages that Whisper calls by another code than BCP 47. */
const OTHER_NAMES: Readonly<Record<string, string>> = { nb: 'no', jv: 'jw', fil: 'tl', iw: 'he', in: 'id', cmn: 'zh', ji: 'yi' };

/**
 * The language of a setting (`de`, `de-AT`, `pt_BR`) as recognisers name it: ISO 639, two or three letters. '' lets the
 * model find out. Throws VOICE_ERR_BAD_REQUEST for what is no code.
 */
export function languageCode(setting: string): string {
	const tag = setting.trim().toLowerCase();
	if (tag === '') return '';
	const [code = ''] = tag.split(/[-_]/);
	if (/^[a-z]{2,3}$/.test(code)) return code;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `language: "${setting.slice(0, 40)}" is not a language code.`, {
		remedy: 'Enter a code such as en, de or pt-BR, or leave the language empty: then the model finds out by itself.',
	});
}

/**
 * The language as a model knows it that understands `known` only; undefined: whichever. Throws VOICE_ERR_BAD_REQUEST
 * for one that it does not understand.
 */
export function languageOf(setting: string, known: readonly string[] | undefined): string {
	const code = languageCode(setting);
	if (code === '' || !known || known.includes(code)) return code;
	const other = OTHER_NAMES[code];
	if (other !== undefined && known.includes(other)) return other;
	const few = known.length <= 12 ? known.join(', ') : `${known.length} others`;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `language: this recogniser does not understand "${code}". It understands: ${few}.`, {
		remedy: 'Choose a recogniser for this language, such as a Whisper model without ".en" in its name, or change the language of the Transcribe node.',
	});
}
