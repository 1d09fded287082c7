import type { IExecuteFunctions } from 'n8n-workflow';
import { TEXT_OF_ITEM } from '../shared/look-ahead';

/** Said by a voice that is tried in the editor before there is anything to say. */
const SENTENCES: Readonly<Record<string, readonly [hello: string, help: string]>> = {
	de: ['Hallo, hier spricht NAME.', 'Wie kann ich Ihnen heute helfen?'],
	en: ['Hello, this is NAME.', 'How can I help you today?'],
	es: ['Hola, soy NAME.', '¿En qué puedo ayudarle hoy?'],
	fr: ['Bonjour, ici NAME.', 'Comment puis-je vous aider aujourd\'hui ?'],
	it: ['Buongiorno, sono NAME.', 'Come posso aiutarla oggi?'],
	nl: ['Hallo, u spreekt met NAME.', 'Waarmee kan ik u vandaag helpen?'],
	pl: ['Dzień dobry, tu NAME.', 'W czym mogę dzisiaj pomóc?'],
	pt: ['Olá, aqui é NAME.', 'Como posso ajudar hoje?'],
};

interface Sample {
	readonly text: string;
	readonly language: string;
}

/** Whether somebody runs the node by hand and has not said what to speak: then a sample is worth more than an error. */
export function wantsSample(context: IExecuteFunctions): boolean {
	const { text = TEXT_OF_ITEM } = context.getNode().parameters;
	return context.getMode() === 'manual' && (text === TEXT_OF_ITEM || text === '');
}

/** In English, where the language is none of ours: a voice of several languages has to be told. */
export function sampleOf(voice: string, language: string): Sample {
	const [code = ''] = language.toLowerCase().split(/[-_]/);
	const [hello, help] = SENTENCES[code] ?? SENTENCES['en'] ?? ['', ''];
	// `af_heart` of Kokoro is called Heart.
	const name = voice.replace(/^[a-z]{2}_/, '').replace(/[_-]+/g, ' ').trim();
	const text = name === '' ? help : `${hello.replace('NAME', name.charAt(0).toUpperCase() + name.slice(1))} ${help}`;
	return { text, language: SENTENCES[code] ? language : 'en' };
}
